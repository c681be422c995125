// Durations as people write them in migrator.yaml, in flags and in the environment: 500ms, 60s, 2m, 1h30m. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace migrator::config {

// One or more numbers with a unit (ms, s, m, h), the units falling and each at most once; "0" alone needs none. Nothing longer
// than 2,147,483,647 ms (about 24 days), PostgreSQL's limit. nullopt for anything else: a sign, a fraction, a blank, a number without a unit.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// `"60" is not a duration. Write a number with its unit, like 500ms, 60s, 2m or 1h30m.`
std::string not_a_duration(std::string_view text);

// The shortest spelling that parse_duration() reads back: "1h30m", "1s500ms", "0s".
std::string to_text(std::chrono::milliseconds duration);

} // namespace migrator::config
