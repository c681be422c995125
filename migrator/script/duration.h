// Durations as options write them: a whole number and a unit. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace migrator::script {

// `500ms`, `2s`, `1m`, `1h`, or `0`. nullopt for anything else and for more than 2,147,483,647 ms, PostgreSQL's limit (about 24 days).
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;

// The shortest text that parse_duration() reads as this; `duration` is not negative.
std::string to_text(std::chrono::milliseconds duration);

} // namespace migrator::script
