// The words and the bar of phase_progress.h. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "migrator/report/phase_progress.h"
#include "migrator/report/style.h"

namespace migrator::report {

// "dumping ████████░░░░░░░░ 52% 1.2 GB, 300.0 MB/s, 3 s left"; without a total no bar, percentage and time left. At most `width` columns.
std::string phase_line(const PhaseState &state, std::chrono::milliseconds since_start, const Style &style, std::size_t width);

// "dumping the backup: 1.2 GB, 52 %"
std::string phase_sentence(const PhaseState &state);

// {"event":"backup_progress","phase":"dump","bytes"|"rows",…,"percent"} (docs/json.md).
std::string phase_event(const PhaseState &state);

} // namespace migrator::report
