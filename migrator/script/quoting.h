// How a user's words are shown in messages about revision files. Pure.
#pragma once

#include <string>
#include <string_view>

namespace migrator::script {

// The text in backquotes, cut after 60 bytes (at a character's end) with "…".
std::string in_backquotes(std::string_view text);

} // namespace migrator::script
