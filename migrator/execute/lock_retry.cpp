#include "migrator/execute/lock_retry.h"

#include <fmt/format.h>

#include "migrator/execute/backoff.h"

namespace migrator::execute {

Status retry_locked(const Surroundings &run, const std::string &what, const std::function<Status()> &once) {
  const auto deadline = run.clock.steady() + run.options.lock_wait;
  for (int tried = 0;; ++tried) {
    Status done = once();
    if (done || done.error().code != ErrorCode::LockTimeout) return done;
    if (run.clock.steady() >= deadline) return done;
    if (tried == 0) run.observer.note(fmt::format("{}: {}; trying again", what, done.error().message));
    if (run.stop.wait_for(backoff(tried, 0.5))) return run.stop.check();
  }
}

} // namespace migrator::execute
