// The backup of a run: whether it takes one, behind which fence, and putting it back when a step has failed (the design's section 4).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "migrator/backup/policy.h"
#include "migrator/backup/store.h"
#include "migrator/commands/backup_observer.h"
#include "migrator/commands/connection.h"
#include "migrator/commands/run_observer.h"
#include "migrator/execute/fence.h"
#include "migrator/execute/step_run.h"

namespace migrator::commands {

// Lives as long as the run behind it; lowers the fence at its end. References outlive it.
class RunBackup {
public:
  RunBackup(const Context &context, const Connection &connection, const execute::Stop &stop, RunObserver &observer);

  // Holds others out until the end of this object. The history's tables are there and the lock is widened.
  Status raise_fence(std::chrono::milliseconds wait) { return fence_.raise(wait); }

  // Takes the backup that the policy wants before the first step; `report.backup` tells of it. BackupFailed (23): nothing has been changed. InvalidConfiguration: one is wanted and there is no folder. Terminated, RunTimeout.
  Status take(const backup::RunFacts &facts, const std::string &run_id, execute::RunReport &report);

  // Puts the backup back after `why`, the error of a step; gives the error that the run ends with: Restored (25), or `why` with what stopped the
  // restore. Only after take() took a dump, with the fence up.
  Error put_back(const execute::Surroundings &run, const database::HistoryName &history, Error why, execute::RunReport &report);

private:
  Status take_external(execute::RunReport &report);
  Status take_dump(const std::string &run_id, execute::RunReport &report);
  Status stopped_or(Error error) const;
  std::string keep_displaced(const std::string &run_id);

  const Context &context_;
  const Connection &connection_;
  const execute::Stop &stop_;
  RunObserver &run_observer_;
  BackupObserver observer_;
  execute::Fence fence_;
  std::optional<backup::Manifest> taken_;
};

} // namespace migrator::commands
