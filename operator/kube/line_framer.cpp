// See line_framer.h.
#include "operator/kube/line_framer.h"

#include <utility>

namespace controller::kube {

bool LineFramer::feed(std::string_view piece, std::vector<std::string> &lines) {
  for (;;) {
    const std::size_t end = piece.find('\n');
    if (!keep(piece.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    if (std::string line = taken(); !line.empty()) lines.push_back(std::move(line));
    piece.remove_prefix(end + 1);
  }
}

std::string LineFramer::finish() {
  return taken();
}

bool LineFramer::keep(std::string_view part) {
  if (part.size() > longest_ - begun_.size()) return false;
  begun_ += part;
  return true;
}

std::string LineFramer::taken() {
  if (begun_.ends_with('\r')) begun_.pop_back();
  return std::exchange(begun_, {});
}

} // namespace controller::kube
