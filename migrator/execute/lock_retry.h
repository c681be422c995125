// Patience with locks that others hold (the design, "Lock": a lock_timeout is tried again with backoff up to lock_wait, then it is 10). It
// only repeats what it is given, and must be given what leaves nothing behind when it fails with LockTimeout.
#pragma once

#include <functional>
#include <string>

#include "migrator/execute/step_run.h"

namespace migrator::execute {

// Runs `once` until it succeeds or fails with another code than LockTimeout; LockTimeout itself only once the run's lock_wait is over, and
// the reason of a stop that is requested in between. The first failure is noted, `what` before it.
Status retry_locked(const Surroundings &run, const std::string &what, const std::function<Status()> &once);

} // namespace migrator::execute
