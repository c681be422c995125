// Getting the lock of a history: polls, never blocks in the database, says who holds it, and ends what killed runners left behind.
#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "migrator/database/database.h"
#include "migrator/execute/clock.h"
#include "migrator/execute/run.h"
#include "migrator/execute/stop.h"

namespace migrator::execute {

// Holds the lock from a successful take() to its end.
class Lock {
public:
  explicit Lock(database::Database &database) : database_(database) {}
  ~Lock();
  Lock(const Lock &) = delete;
  Lock &operator=(const Lock &) = delete;

  // LockBusy after `wait`, naming the holder; Terminated or RunTimeout when stopped while waiting. With the lock held, waits until no
  // backend of a killed runner works on this history any more (LockBusy if one will not end in time).
  Status take(std::chrono::milliseconds wait, const Clock &clock, Stop &stop, Observer &observer);

  // With the lock taken: also keeps out runs of other histories in this database (Database::try_widen_lock). The same errors.
  Status widen(std::chrono::milliseconds wait, const Clock &clock, Stop &stop, Observer &observer);

private:
  using Attempt = std::function<Result<database::LockAttempt>()>;
  struct Waiting {
    std::chrono::milliseconds wait;
    std::chrono::steady_clock::time_point deadline;
    std::string_view by_whom; // a sentence with {} for the holder
  };
  static Status poll(const Attempt &attempt, const Waiting &waiting, const Clock &clock, Stop &stop, Observer &observer);
  Status end_stale_workers(std::chrono::steady_clock::time_point deadline, const Clock &clock, Stop &stop);

  database::Database &database_;
  bool held_ = false;
};

} // namespace migrator::execute
