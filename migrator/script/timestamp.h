// The time of `-- migrate:created`, as RFC 3339 writes it. Pure: the time is passed in.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace migrator::script {

// Whether a text is an RFC 3339 date-time: `2026-11-22T13:43:40Z`, `2026-11-22T13:43:40.5+01:00`. The day must exist; second 60 is allowed.
bool is_rfc3339(std::string_view text) noexcept;

// `2026-11-22T13:43:40Z`.
std::string rfc3339(std::chrono::sys_seconds time);

// `202611221343`, the beginning of a file's name.
std::string compact_minutes(std::chrono::sys_seconds time);

} // namespace migrator::script
