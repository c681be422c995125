// PostgreSQL as a whole database: pg_dump in an exported snapshot, pg_restore, the fence by CONNECT (issue 4; docs/backups.md). The door's members,
// each of which chooses tools and limits and leaves the work to the file that is named after it.
#pragma once

#include <string>

#include "migrator/database/backup.h"
#include "migrator/database/postgresql/advisory_keys.h"
#include "migrator/database/postgresql/client_run.h"
#include "migrator/database/postgresql/client_tools.h"
#include "migrator/database/postgresql/history.h"
#include "migrator/database/postgresql/run_lock.h"
#include "migrator/database/postgresql/session.h"

namespace migrator::database::postgresql {

class PostgresqlBackups final : public Backups {
public:
  // References outlive this. Session::request_interrupt() ends what runs, children included.
  PostgresqlBackups(Session &session, const ConnectionSettings &settings, const History &history, AdvisoryKeys keys,
                    RunLock &lock, std::string run_id)
      : session_(session), settings_(settings), history_(history), keys_(keys), lock_(lock), run_id_(std::move(run_id)) {}

  Result<BackupNeeds> check(const BackupCheck &check) override;
  Result<Dumped> dump(const DumpRequest &request, BackupObserver &observer) override;
  Result<std::vector<HistoryMark>> histories() override;
  DatabaseIdentity identity() override;
  Status raise_fence(std::chrono::milliseconds wait) override;
  Status lower_fence() override;
  Result<bool> lower_stale_fence() override;
  Status check_restore(const RestoreRequest &request) override;
  Status restore(const RestoreRequest &request, BackupObserver &observer) override;
  Status restore_into_empty(const RestoreRequest &request, BackupObserver &observer) override;

private:
  Limits limits(const Deadline &deadline) const;
  Result<ClientTools> restore_tools(const Dumped &dumped) const;
  int server_major() const { return session_.server_version() / 10000; }

  Session &session_;
  const ConnectionSettings &settings_; // that made `session_`
  const History &history_;
  AdvisoryKeys keys_;
  RunLock &lock_;
  std::string run_id_;
};

class PostgresqlProver final : public DumpProver {
public:
  Status prove(const std::string &folder, const Dumped &dumped, Proof proof, const Scratch &scratch, Deadline deadline,
               const std::function<bool()> &interrupted, BackupObserver &observer) const override;
};

} // namespace migrator::database::postgresql
