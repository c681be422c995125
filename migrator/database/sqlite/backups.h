// SQLite as a whole file: copies by the online backup API, restores through it into the live file (issue 4; docs/backups.md).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "migrator/database/backup.h"
#include "migrator/database/sqlite/connection.h"

namespace migrator::database::sqlite {

class SqliteBackups final : public Backups {
public:
  // `connection` outlives this. `real_path` is empty for a database in memory, which has no backups.
  SqliteBackups(Connection &connection, std::string real_path) : connection_(connection), real_path_(std::move(real_path)) {}

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
  Connection &connection_;
  std::string real_path_;
};

class SqliteProver final : public DumpProver {
public:
  Status prove(const std::string &folder, const Dumped &dumped, Proof proof, const Scratch &scratch, Deadline deadline,
               const std::function<bool()> &interrupted, BackupObserver &observer) const override;
};

} // namespace migrator::database::sqlite
