#include "migrator/script/quoting.h"

namespace migrator::script {

std::string in_backquotes(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  if (text.size() <= kLongest) return "`" + std::string(text) + "`";
  std::size_t length = kLongest;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) --length;
  return "`" + std::string(text.substr(0, length)) + "…`";
}

} // namespace migrator::script
