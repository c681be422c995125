// "Did you mean": the known word closest to a mistyped one, and how a user's words are shown in messages. Pure.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace migrator::script {

// The word at most two edits (insert, delete, replace, swap of neighbours; case counts nothing) away, the first of the closest; empty if there is none.
// A word is never suggested for one that shares nothing with it: the edits must be fewer than its letters.
std::string_view closest(std::string_view typed, std::initializer_list<std::string_view> known);

// The text in backquotes, cut after 60 bytes (at a character's end) with "…".
std::string in_backquotes(std::string_view text);

} // namespace migrator::script
