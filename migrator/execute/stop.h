// Why and when a run must end early: SIGTERM, SIGINT or its own timeout. The run asks between statements and waits on it instead of
// sleeping; a statement under way is interrupted.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>

#include "migrator/database/database.h"
#include "migrator/error/error.h"

namespace migrator::execute {

// Thread-safe.
class Stop {
public:
  // `why` is Terminated or RunTimeout; the first request counts.
  void request(ErrorCode why);
  std::optional<ErrorCode> reason() const;
  // Terminated or RunTimeout as an error, if a stop was requested.
  Status check() const;
  // Waits, or returns true at once when a stop is requested.
  bool wait_for(std::chrono::milliseconds duration);
  // The database whose running statement a request interrupts; null: none. It must be detached before it is destroyed.
  void attach(database::Database *database);
  // What else a request ends: called once, from the thread of the request or, if one was made already, at once. It must not come back here, and is
  // taken away (empty) before what it reaches is destroyed.
  void on_request(std::function<void()> act);

private:
  mutable std::mutex mutex_;
  std::condition_variable requested_;
  std::optional<ErrorCode> reason_;
  database::Database *database_ = nullptr;
  std::function<void()> act_;
};

// The error of a run that was stopped for this reason.
Error stop_error(ErrorCode reason);

} // namespace migrator::execute
