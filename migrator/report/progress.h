// How a run shows that it moves: told by the executor, shown as a bar on a terminal, as lines elsewhere, as JSON lines in a pod, or
// not at all. It is only told; it never decides anything about the run.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "migrator/report/output.h"
#include "migrator/script/script.h"

namespace migrator::report {

struct StepProgress {
  std::size_t number = 1; // from 1
  std::size_t of = 1;
  std::string revision;
  Direction direction = Direction::Up;
  std::string message; // the revision's, as in the file
};

// Calls come in this order: for each step step_started, rows_done any number of times, step_finished or step_failed; at last ended.
class Progress {
public:
  virtual ~Progress() = default;
  virtual void step_started(const StepProgress &step) = 0;
  // Rows of the current data section that are done, of about `estimate` (0: unknown).
  virtual void rows_done(std::int64_t done, std::int64_t estimate) = 0;
  virtual void step_finished(const StepProgress &step, std::chrono::milliseconds took) = 0;
  virtual void step_failed(const StepProgress &step) = 0;
  // Takes a bar off the screen. Called once, also after a failure.
  virtual void ended() = 0;
};

// Milliseconds that only grow; for rates.
using Elapsed = std::function<std::chrono::milliseconds()>;

// The fitting one: nothing with --quiet or --output json (the document says it all); JSON lines on stdout with `log_format` Json; a
// bar on stderr above the lines if stderr is a terminal; else a line a step on stdout. `output` must outlive it.
std::unique_ptr<Progress> make_progress(Output &output, LogFormat log_format, Elapsed elapsed, std::FILE *err = stderr);

} // namespace migrator::report
