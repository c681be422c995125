// "Did you mean …": the known word nearest to an unknown one, and how an unknown word is quoted in a message. Used by the command
// line and the configuration file alike. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace migrator::config {

// ` Did you mean "X"?`, or nothing when no candidate is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view> &candidates);

// `"60" is not a duration. Write a number with its unit, like 500ms, 60s, 2m or 1h30m.`
std::string not_a_duration(std::string_view text);

// The text in quotes, safe for a message: control characters become "?", long text is cut at 60 bytes, and whatever may hold a
// password (a URL, a libpq connection string) is not repeated at all: `(a connection string)`.
std::string in_quotes(std::string_view text);

} // namespace migrator::config
