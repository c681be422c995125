// Text of files and databases made safe for a terminal: a message in a revision file must not move the cursor or recolour the
// screen. Pure.
#pragma once

#include <string>
#include <string_view>

namespace migrator::report {

// One line: control characters (C0, DEL, C1), line ends and the marks that turn the reading direction become blanks, bytes that are not
// UTF-8 become "?".
std::string printable(std::string_view text);

// The same for several lines: line feeds and tabs stay.
std::string printable_lines(std::string_view text);

} // namespace migrator::report
