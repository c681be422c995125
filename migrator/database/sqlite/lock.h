// The lock that keeps two runners off one SQLite file: an open file description lock on `FILE.migrator-lock` beside the database,
// which the kernel frees when its holder dies. Used by the database; it never touches the database file itself.
#pragma once

#include <optional>
#include <string>

#include "migrator/database/database.h"
#include "migrator/error/error.h"

namespace migrator::database::sqlite {

// Not thread-safe. The file is made with mode 0600 and never deleted, for a deleted lock file can be held twice. What it holds is a
// line of JSON about the holder, for people to read; it is empty when nobody holds the lock in good order.
class LockFile {
public:
  // `path` of the lock file; empty (a database in memory): every try succeeds.
  explicit LockFile(std::string path) : path_(std::move(path)) {}
  ~LockFile() { release(); }
  LockFile(const LockFile &) = delete;
  LockFile &operator=(const LockFile &) = delete;

  // The lock file of a database whose path has its symbolic links resolved, so that all names of one file share a lock.
  static std::string path_beside(const std::string &real_database_path) { return real_database_path + ".migrator-lock"; }

  // Never waits. Trying again while held is fine. NotWritable: the file cannot be made, or the file system knows no locks.
  // NoPermission: it belongs to a user who does not share it.
  Result<LockAttempt> try_lock(const std::string &who, const std::string &run_id);
  void release() noexcept;

  // Who holds it now, this object included; nullopt: nobody. NoPermission: the file may not be read.
  Result<std::optional<LockHolder>> holder() const;

private:
  std::string path_;
  int descriptor_ = -1; // open and locked, or -1
};

} // namespace migrator::database::sqlite
