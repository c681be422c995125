// SQLite as a whole file: copies by the online backup API, restores through it into the live file (issue 4; docs/backups.md). The parts:
// contents.h reads, copy.h copies, fence.h holds others off; restore.cpp puts them in order, backups.cpp is the rest.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "migrator/database/backup.h"
#include "migrator/database/sqlite/connection.h"
#include "migrator/database/sqlite/fence.h"
#include "migrator/database/sqlite/header.h"
#include "migrator/database/sqlite/patience.h"

namespace migrator::database::sqlite {

// The dump's name in its folder.
inline constexpr const char *kDumpFile = "database.sqlite";

// What a restore works on, beside the database: a copy of the backup, gone when it ends. One that a kill left is replaced by the next restore and
// removed by the next run.
std::string restore_copy_path(const std::string &real_path);

class SqliteBackups final : public Backups {
public:
  // `connection` outlives this. `real_path` is empty for a database in memory, which has no backups.
  SqliteBackups(Connection &connection, std::string real_path)
      : connection_(connection), real_path_(std::move(real_path)), fence_(connection) {}

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

  // Removes what a killed restore left beside the database. Call with the lock held.
  void remove_leftover() noexcept;

private:
  Status require_file() const;
  Patience patience(const Deadline &deadline) const;
  Result<Dumped> dump_in_snapshot(const DumpRequest &request, const Patience &patience, BackupObserver &observer);
  Result<bool> holds_something();
  Result<Header> header_of_dump(const RestoreRequest &request) const;
  Status check_formats(const Header &dump);
  Status check_space(const RestoreRequest &request);
  Result<Contents> prepare(Connection &copy, const RestoreRequest &request, const Patience &patience, BackupObserver &observer);
  Status replace(const RestoreRequest &request, BackupObserver &observer);

  Connection &connection_;
  std::string real_path_;
  Fence fence_;
};

} // namespace migrator::database::sqlite
