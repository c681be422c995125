// Any bytes as a stream, cut as its first byte says. Laws: the lines do not depend on the cuts; none is empty, holds an end of line or is longer
// than allowed.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "operator/kube/line_framer.h"
#include "operator/kube/watch_line.h"
#include "tests/fuzz/law.h"

namespace {

constexpr std::size_t kLongest = 64;

std::vector<std::string> lines_of(std::string_view stream, std::size_t piece) {
  controller::kube::LineFramer framer(kLongest);
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < stream.size(); begin += piece)
    if (!framer.feed(stream.substr(begin, piece), lines)) return lines;
  if (std::string last = framer.finish(); !last.empty()) lines.push_back(std::move(last));
  return lines;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  using migrator::fuzz::require;
  if (size == 0) return 0;
  const std::string_view stream(reinterpret_cast<const char *>(bytes) + 1, size - 1);
  const std::vector<std::string> lines = lines_of(stream, std::max<std::size_t>(1, bytes[0]));
  require(lines == lines_of(stream, std::max<std::size_t>(1, stream.size())), "the cuts do not matter");
  for (const std::string &line : lines) {
    require(!line.empty() && line.size() <= kLongest && line.find('\n') == std::string::npos, "a line is a line");
    static_cast<void>(controller::kube::parse_watch_line(line));
  }
  return 0;
}
