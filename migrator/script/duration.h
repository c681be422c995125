// Durations as options write them, the same that migrator.yaml and flags take. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace migrator::script {

// `500ms`, `2s`, `1h30m`: whole numbers with units, the larger unit first, each unit once; or `0`. nullopt for anything else and for more than
// 2,147,483,647 ms, PostgreSQL's limit (about 24 days).
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;

// One number with the largest unit that fits, which parse_duration() reads back; `duration` is not negative.
std::string to_text(std::chrono::milliseconds duration);

} // namespace migrator::script
