// Holding everybody else out of a database for the length of a run (the design's section 4, "Failing"): up from before the backup to the end.
#pragma once

#include <chrono>

#include "migrator/database/backup.h"
#include "migrator/execute/run.h"

namespace migrator::execute {

// Lowers what it raised when it ends, however the run ended; what could not be put back is a note, and the next run does it.
class Fence {
public:
  Fence(database::Backups &backups, Observer &observer) : backups_(backups), observer_(observer) {}
  ~Fence();
  Fence(const Fence &) = delete;
  Fence &operator=(const Fence &) = delete;

  // Needs the widened lock and the history's tables. Errors: Backups::raise_fence().
  Status raise(std::chrono::milliseconds wait);
  bool up() const noexcept { return up_; }

private:
  database::Backups &backups_;
  Observer &observer_;
  bool up_ = false;
};

} // namespace migrator::execute
