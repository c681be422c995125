// Turns the bytes of a revision file into the text that everything else sees: UTF-8 without BOM, line ends LF. Pure.
#pragma once

#include <string>
#include <string_view>

#include "migrator/error/error.h"

namespace migrator::script {

// Whether all of it is UTF-8: nothing cut off or overlong, no surrogate, nothing past U+10FFFF.
bool is_utf8(std::string_view bytes) noexcept;

// Drops a leading BOM and makes every CRLF an LF; a carriage return alone stays (to both databases it is a blank). The answer points into `bytes`, or into
// `storage` if line ends had to change. InvalidRevisionFile, with `path` and the line: UTF-16, a NUL, a byte that is not UTF-8 (with its column, counted
// in characters from 1).
Result<std::string_view> decode(std::string_view bytes, const std::string &path, std::string &storage);

} // namespace migrator::script
