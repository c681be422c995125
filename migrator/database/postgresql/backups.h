// PostgreSQL as a whole database: pg_dump in an exported snapshot, pg_restore, the fence by CONNECT (issue 4; docs/backups.md).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "migrator/database/backup.h"
#include "migrator/database/postgresql/connection_settings.h"
#include "migrator/database/postgresql/history.h"
#include "migrator/database/postgresql/session.h"

namespace migrator::database::postgresql {

class PostgresqlBackups final : public Backups {
public:
  // References outlive this. `settings` are those of `session`, for the clients that it starts.
  PostgresqlBackups(Session &session, const ConnectionSettings &settings, const History &history)
      : session_(session), settings_(settings), history_(history) {}

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

  // Ends what runs now, children included. Any thread.
  void interrupt() noexcept;

private:
  Session &session_;
  const ConnectionSettings &settings_;
  const History &history_;
};

class PostgresqlProver final : public DumpProver {
public:
  Status prove(const std::string &folder, const Dumped &dumped, Proof proof, const Scratch &scratch, Deadline deadline,
               const std::function<bool()> &interrupted, BackupObserver &observer) const override;
};

} // namespace migrator::database::postgresql
