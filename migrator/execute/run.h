// What a run is told and what it tells: options in, report out, and the observer that hears of progress. Values and one interface.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "migrator/database/database.h"
#include "migrator/error/error.h"
#include "migrator/plan/plan.h"

namespace migrator::execute {

enum class OnFailure : std::uint8_t { Stop, Revert, Restore };

// The Migration resource that moves a history.
struct Owner {
  std::string resource_namespace;
  std::string resource_name;
  std::string uid;
};

struct RunOptions {
  std::string run_id;
  std::string who;
  std::string host;
  std::string tool_version;
  std::string backup_id; // of the backup that this run has taken; empty: none
  database::HistoryName history;
  std::vector<std::string> grant_read;
  std::chrono::milliseconds lock_wait{60'000};
  std::chrono::milliseconds lock_timeout{3'000};
  std::chrono::milliseconds statement_timeout{0};
  OnFailure on_failure = OnFailure::Stop;
  std::optional<std::string> approved_hash; // migrate --approved
  std::optional<Owner> owner;               // Jobs give it; the command line does not
  std::string adopt_uid;                    // the recorded owner's uid whose history is taken over
  bool scratch =
      false; // of a scratch database: it goes with the run, so an error says nothing of what is left in it; without rows, so no assert is held against it
};

struct StepReport {
  std::string revision;
  Direction direction = Direction::Up;
  std::int64_t milliseconds = 0;
};

enum class RunOutcome : std::uint8_t { Done, NothingToDo, Ahead, Failed, Reverted, Restored };

std::string_view name(RunOutcome outcome) noexcept; // "Done", "NothingToDo", "Ahead", "Failed", "Reverted", "Restored"

// The backup that a run took before its first step.
struct BackupReport {
  std::string id;
  std::int64_t bytes = 0;
  std::string sha256;   // of the dump; empty for an external one
  std::string verified; // "archive", "restore", "none", or "external"
  std::string time;     // when it was taken, RFC 3339 in UTC
};

struct RunReport {
  std::string run_id;
  RunOutcome outcome = RunOutcome::NothingToDo;
  std::vector<std::string> heads_before;
  std::vector<std::string> heads_after;
  std::vector<std::string> untouched;
  std::vector<StepReport> steps; // committed ones, in order; after a revert also the way back
  std::string plan_hash;
  std::optional<BackupReport> backup;
  std::vector<std::string> notes;
  std::optional<Error> error; // of a failed or reverted run
  std::string started_at;
  std::int64_t milliseconds = 0;
};

// Hears of a run while it goes on. Called from the run's thread.
class Observer {
public:
  virtual ~Observer() = default;
  virtual void waiting_for_lock(const std::optional<database::LockHolder> &holder) = 0; // every few seconds while waiting
  virtual void note(const std::string &sentence) = 0;
  virtual void step_started(const plan::Step &step, std::size_t index, std::size_t of) = 0; // index from 0
  virtual void batch_done(const std::string &name, std::int64_t rows_so_far, std::int64_t rows_estimated) = 0;
  virtual void step_finished(const StepReport &step, std::size_t index, std::size_t of) = 0;
};

} // namespace migrator::execute
