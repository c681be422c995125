// Text from outside made fit for status, events and logs: one line, without control characters, valid UTF-8, no longer than it may be.
// Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace controller::api {

// Control characters, line ends and marks that turn the reading direction become blanks, bytes that are no UTF-8 become "?". What is
// longer than `bytes` (at least 3) is cut between characters and ends with "…", the whole within `bytes`.
std::string bounded_text(std::string_view text, std::size_t bytes);

} // namespace controller::api
