// The words and the bar of progress.h. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "migrator/report/progress.h"
#include "migrator/report/style.h"

namespace migrator::report {

// "[2/5] up ae1027a6acf0 add users (0.12 s)"
std::string step_line(const StepProgress &step, std::chrono::milliseconds took, const Style &style);

// "[2/5] up ae1027a6acf0 ████████░░░░░░░░ 52% 12,000 rows, 4,000/s, 3 s left"; without rows only what comes before the bar, without an
// estimate no bar, percentage and time left. At most `width` columns.
std::string bar_line(const StepProgress &step, std::int64_t rows, std::int64_t estimate, std::chrono::milliseconds since_start,
                     const Style &style, std::size_t width);

// What a bar says of `done` of about `of` (0: unknown), as words("1,200") tells an amount: "HEAD ████████░░░░░░░░ 52% AMOUNT, AMOUNT/s, 3 s left".
// `words` is called with true for what is done and with false for the rate.
std::string amount_line(const std::string &head, std::int64_t done, std::int64_t of, std::chrono::milliseconds since_start,
                        const Style &style, std::size_t width, const std::function<std::string(std::int64_t, bool)> &words);

// {"event":"step_started"|"step_progress"|"step_finished"|"step_failed","step","of","revision","direction", …} (docs/json.md).
std::string progress_event(const char *event, const StepProgress &step, std::int64_t rows, std::int64_t estimate,
                           std::chrono::milliseconds took);

// 1234567 as "1,234,567".
std::string with_thousands(std::int64_t number);

} // namespace migrator::report
