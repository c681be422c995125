// Durations as people write them, in directives, migrator.yaml, flags, the environment and the resource. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace migrator::text {

// `500ms`, `2s`, `1h30m`: whole numbers with units (ms, s, m, h), the larger unit first, each unit once; or `0`. nullopt for anything else (a sign, a
// fraction, a blank, a number without a unit) and for more than 2,147,483,647 ms, PostgreSQL's limit (about 24 days).
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;

// One number with the largest unit that fits, which parse_duration() reads back; `duration` is not negative.
std::string to_text(std::chrono::milliseconds duration);

} // namespace migrator::text
