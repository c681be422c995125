// Holds every other connection off a database while ours goes on, transaction after transaction (design, section 4, "Failing"; issue 4).
// Used by the backups alone.
//
// PRAGMA locking_mode=EXCLUSIVE would not do: in WAL mode it needs every other connection closed, for each holds a shared lock on the file as
// long as it is open; and a section of a user's could switch it off, or leave rollback journals for WAL under it. So the lock is kept one
// level below: SQLite takes it as always, and is made to believe that it let go of it (the methods of the open file are wrapped).
#pragma once

#include <chrono>
#include <memory>

#include <sqlite3.h>

#include "migrator/database/sqlite/connection.h"
#include "migrator/error/error.h"

namespace migrator::database::sqlite {

// With a rollback journal the file's exclusive lock is kept: readers wait too. In WAL mode it is the write lock: readers go on and see what was
// committed last. The kernel frees both when the process dies. Not thread-safe. Must end before the connection does.
class Fence {
public:
  explicit Fence(Connection &connection);
  ~Fence();
  Fence(const Fence &) = delete;
  Fence &operator=(const Fence &) = delete;

  bool up() const noexcept;
  // Waits for those who are in, at most `wait`; raising it again changes nothing. LockTimeout (10): someone stayed. NotWritable (26).
  Status raise(std::chrono::milliseconds wait);
  void lower() noexcept;

private:
  struct Hold;

  Connection &connection_;
  std::unique_ptr<Hold> hold_; // null: down
};

} // namespace migrator::database::sqlite
