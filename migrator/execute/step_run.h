// One step on its way through the database: opens units behind the fence, and commits each with its bookkeeping (version row and
// journal row in the same transaction), so that the journal always says how far the step is.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "migrator/database/database.h"
#include "migrator/execute/clock.h"
#include "migrator/execute/run.h"
#include "migrator/execute/stop.h"
#include "migrator/ledger/names.h"

namespace migrator::execute {

// What everything in a run shares. All outlive it.
struct Surroundings {
  database::Database &database;
  const RunOptions &options;
  const Clock &clock;
  Stop &stop;
  Observer &observer;
  ledger::Tables tables;
};

class StepRun {
public:
  // `heads` is what the version table holds now; commits keep it true.
  StepRun(const Surroundings &run, const plan::Step &step, std::vector<std::string> &heads, std::string plan_hash);

  const plan::Step &step() const noexcept { return step_; }
  const Surroundings &run() const noexcept { return run_; }
  const ledger::Progress &progress() const noexcept { return entry_.progress; }
  // Statements that are committed.
  int statements_done() const noexcept { return entry_.statements_done; }
  // Whether a committed unit left the step partial.
  bool partial() const noexcept { return row_written_ && entry_.outcome == ledger::Outcome::Partial; }

  // What a commit records.
  struct Advance {
    int statements = 0;
    ledger::Progress progress;
    bool completes = false;
  };
  using Body = std::function<Result<Advance>()>;

  // Opens a unit, runs `body` in it and commits with the bookkeeping of the Advance that it gives; rolled back whole on any error. A lock
  // that is not to be had (LockTimeout) is tried again, body and all, until lock_wait is over. Diverged if the version table is not what
  // the plan started from.
  Status transact(const plan::Timeouts &timeouts, bool foreign_keys, bool check_foreign_keys, const Body &body);

  // Runs `body` in a unit that is rolled back whatever it gives, tried again like transact(): for what must be known before the step begins.
  Status look(const plan::Timeouts &timeouts, const std::function<Status()> &body) const;

  // Settings of a unit from the section's timeouts and the run's.
  database::UnitSettings settings(const plan::Timeouts &timeouts, bool foreign_keys, bool check_foreign_keys) const;

  // Takes back what the bookkeeping of a bare statement said in advance, once it is known that nothing of the step took effect:
  // version rows as before, the row `failed`.
  Status withdraw(const Error &why);

  // Writes down that and why the step failed; if even that can't be written, the error stands alone.
  void record_failure(const Error &why) noexcept;

private:
  Status attempt(const database::UnitSettings &settings, const Body &body);
  Status commit(const Advance &advance);
  std::string row_sql(const ledger::Entry &entry, const std::vector<std::string> &heads) const;
  std::int64_t elapsed() const;

  const Surroundings &run_;
  const plan::Step &step_;
  std::vector<std::string> &heads_;
  ledger::Entry entry_;
  bool row_written_ = false;
  bool moved_ = false; // the version rows are where the step leaves them
  std::chrono::steady_clock::time_point started_;
};

// heads with the change applied, sorted.
std::vector<std::string> changed(std::vector<std::string> heads, const ledger::VersionChange &change);

} // namespace migrator::execute
