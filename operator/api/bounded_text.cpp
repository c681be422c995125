// See bounded_text.h.
#include "operator/api/bounded_text.h"

#include "migrator/report/printable.h"

namespace controller::api {

std::string bounded_text(std::string_view text, std::size_t bytes) {
  constexpr std::string_view kEllipsis = "…";
  std::string clean = migrator::report::printable(text);
  if (clean.size() <= bytes) return clean;
  std::size_t end = bytes - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>(clean[end]) & 0xC0U) == 0x80U) --end;
  return clean.substr(0, end) + std::string(kEllipsis);
}

} // namespace controller::api
