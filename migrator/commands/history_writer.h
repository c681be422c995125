// Everything between the connection and the report that the verbs share which write a history but run no plan: stamp, ensure-version, restore.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "migrator/commands/connection.h"
#include "migrator/commands/run_observer.h"
#include "migrator/execute/lock.h"
#include "migrator/execute/signals.h"
#include "migrator/execute/step_run.h"

namespace migrator::commands {

// One at a time. The lock is released before the connection goes.
class HistoryWriter {
public:
  HistoryWriter(const Context &context, const cli::MovingOptions &moving);
  ~HistoryWriter();
  HistoryWriter(const HistoryWriter &) = delete;
  HistoryWriter &operator=(const HistoryWriter &) = delete;

  // Connects and checks that the history may be written. Errors: connect(), Database::preflight().
  Status open(Access access);
  // Errors: execute::Lock::take(). Lifts the fence of a killed run, with a note.
  Status lock();
  // Also keeps runs of other histories in this database out. Errors: execute::Lock::widen().
  Status widen_lock();

  const execute::RunOptions &options() const noexcept { return options_; }
  const Connection &connection() const noexcept { return connection_; }
  RunObserver &observer() noexcept { return observer_; }
  const execute::Stop &stop() const noexcept { return stop_; }
  execute::Surroundings surroundings();

private:
  const Context &context_;
  execute::RunOptions options_;
  std::optional<std::chrono::milliseconds> timeout_;
  execute::Stop stop_;
  execute::SignalWatcher signals_;
  RunObserver observer_;
  Connection connection_;
  std::optional<execute::Lock> lock_;
};

// Lifts what the fence of a killed run left, if the meta table tells of one; a note says so. Call with the lock held.
Status lift_stale_fence(const Connection &connection, const ledger::State &state, execute::Observer &observer);

} // namespace migrator::commands
