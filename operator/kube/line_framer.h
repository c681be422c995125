// Pieces of a stream, cut anywhere, to its lines. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace controller::kube {

class LineFramer {
public:
  // A line may have `longest` bytes without its end.
  explicit LineFramer(std::size_t longest = std::size_t{16} * 1024 * 1024) : longest_(longest) {}

  // Appends the lines that this piece completes, without "\n" or "\r\n", empty ones left out. false: a line is too long, and nothing more can be
  // told of this stream.
  bool feed(std::string_view piece, std::vector<std::string> &lines);
  // The last line, if the stream ended without its "\n"; empty if there is none.
  std::string finish();

private:
  bool keep(std::string_view part);
  std::string taken();

  std::size_t longest_;
  std::string begun_;
};

} // namespace controller::kube
