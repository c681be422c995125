// The lock of a run: a second connection, idle in a READ COMMITTED transaction that holds advisory locks (the design, "Lock").
// Safe behind transaction poolers and harmless to CONCURRENTLY. It is not the fence: units have their own.
#pragma once

#include <future>
#include <memory>
#include <string>

#include "migrator/database/postgresql/advisory_keys.h"
#include "migrator/database/postgresql/session.h"

namespace migrator::database::postgresql {

class RunLock {
public:
  // `mark` as holder_mark() makes it.
  RunLock(ConnectionSettings settings, AdvisoryKeys keys, std::string mark);
  ~RunLock();
  RunLock(const RunLock &) = delete;
  RunLock &operator=(const RunLock &) = delete;

  // Begins to connect in the background, so that try_acquire() need not wait. May be left out.
  void connect_ahead();
  // Takes the lock if it is free; never waits for it. Errors: as Session::connect(), ConnectionLost, SqlError.
  Result<bool> try_acquire();
  // With the lock held: takes the whole database for it if no other run is in it; never waits. Errors: as verify(), SqlError.
  Result<bool> try_widen();
  // ConnectionLost if the connection that holds the lock has gone. Costs nothing as long as the server is silent on it.
  Status verify();
  void release() noexcept;
  // Gives the lock up and leaves the server. try_acquire() connects again.
  void leave() noexcept;
  bool held() const noexcept { return held_; }

private:
  Status connect();

  ConnectionSettings settings_;
  AdvisoryKeys keys_;
  std::string mark_;
  std::future<Result<std::unique_ptr<Session>>> connecting_;
  std::unique_ptr<Session> session_;
  bool held_ = false;
};

// Who holds the lock of this history, or all of the database's, as `session` sees it; nullopt: nobody.
Result<std::optional<LockHolder>> find_lock_holder(Session &session, const AdvisoryKeys &keys);

// A run of another history in this database, not `own_history`'s; nullopt: none.
Result<std::optional<LockHolder>> find_other_run(Session &session, const AdvisoryKeys &own);

// Ends the backends that hold `worker_key` (not `session`'s own) and gives those that still hold it. One that belongs to another role, and
// may not be ended by this one, is among those.
Result<std::vector<LockHolder>> end_holders(Session &session, std::int64_t worker_key);

} // namespace migrator::database::postgresql
