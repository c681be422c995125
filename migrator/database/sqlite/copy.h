// Copies of whole SQLite files. What is copied must not change meanwhile: a transaction holds its snapshot, or nobody else has the file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "migrator/database/backup.h"
#include "migrator/database/sqlite/connection.h"
#include "migrator/database/sqlite/patience.h"
#include "migrator/error/error.h"

namespace migrator::database::sqlite {

struct CopyLimits {
  BackupPhase phase = BackupPhase::Dump; // told to the observer, with bytes
  std::int64_t already = 0;              // bytes of the phase that were done before
  std::int64_t max_bytes = 0;            // BackupFailed if there is more; 0: no limit
};

// Replaces all of `to` by all of `from`, in one transaction of `to`'s, by the online backup API (sqlite.org/backup.html): whole or not at
// all. `to` must have no transaction, `from` one that reads (or the copy would begin again after each write of another's).
Status copy_pages(Connection &to, Connection &from, const CopyLimits &limits, const Patience &patience, BackupObserver &observer);

// An empty file with mode 0600, in place of what may be there under that name. BackupFailed, naming the path.
Status make_private_file(const std::string &path);

// A byte for byte copy with mode 0600 of a database file that no one has open, out of WAL mode: opened, it needs no -wal beside it.
// Tells the observer as the first half of BackupPhase::Restore. BackupFailed, naming the path.
Status copy_file(const std::string &to, const std::string &from, const Patience &patience, BackupObserver &observer);

// Removes a file when it ends.
class Removed {
public:
  explicit Removed(std::string path) : path_(std::move(path)) {}
  ~Removed();
  Removed(const Removed &) = delete;
  Removed &operator=(const Removed &) = delete;

private:
  std::string path_;
};

// A dump, opened for reading without a lock or a file beside it.
Result<std::unique_ptr<Connection>> open_unchanging(const std::string &path);

} // namespace migrator::database::sqlite
