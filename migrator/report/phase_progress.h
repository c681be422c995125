// How a backup, a proof or a restore shows that it moves, as progress.h does for the steps of a run. It is only told.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "migrator/report/progress.h"

namespace migrator::report {

enum class Phase : std::uint8_t { Dump, Prove, Hash, Restore, Compare };

struct PhaseState {
  Phase phase = Phase::Dump;
  std::int64_t done = 0; // bytes, or rows in Compare
  std::int64_t of = 0;   // 0: unknown
};

class PhaseProgress {
public:
  virtual ~PhaseProgress() = default;
  // As often as the work likes; shown ten times a second at most, as an event once a second.
  virtual void progressed(const PhaseState &state) = 0;
  // Takes a bar off the screen. Before anything else is written, and at the end.
  virtual void ended() = 0;
};

// The fitting one, chosen as make_progress() does; where there is no terminal and no JSON, nothing.
std::unique_ptr<PhaseProgress> make_phase_progress(Output &output, LogFormat log_format, Elapsed elapsed,
                                                   std::FILE *err = stderr);

} // namespace migrator::report
