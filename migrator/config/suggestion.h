// "Did you mean …": the known word nearest to an unknown one, and how an unknown word is quoted in a message. Used by the command
// line and the configuration file alike. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace migrator::config {

// The candidate that a typing slip most likely meant: the fewest single-character edits (insert, delete, replace, swap of
// neighbours), at most a third of the word's length and at least one; ties go to the earlier candidate. Empty if none is near.
std::string_view nearest(std::string_view word, const std::vector<std::string_view> &candidates);

// ` Did you mean "X"?`, or nothing when no candidate is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view> &candidates);

// The text in quotes, safe for a message: control characters become "?", long text is cut at 60 bytes, and whatever may hold a
// password (a URL, a libpq connection string) is not repeated at all: `(a connection string)`.
std::string in_quotes(std::string_view text);

} // namespace migrator::config
