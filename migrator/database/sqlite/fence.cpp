// The wrapped methods behind fence.h. SQLite's page cache believes in its own locks as ever and validates what it cached at each
// beginning; only the calls that would let others in end here.
#include "migrator/database/sqlite/fence.h"

#include <algorithm>

#include "migrator/database/sqlite/errors.h"

namespace migrator::database::sqlite {

namespace {

// sqlite3's levels of xLock (sqlite3.h, SQLITE_LOCK_*).
constexpr int kReserved = SQLITE_LOCK_RESERVED;
constexpr int kExclusive = SQLITE_LOCK_EXCLUSIVE;
// The slot of the WAL's write lock among the locks of the shared memory (sqlite.org/walformat.html, "WAL-Index Locks").
constexpr int kWriteSlot = 0;
// Writers that go on without a rest leave gaps of microseconds; who looks ten times a second finds none of them for minutes.
constexpr std::chrono::milliseconds kPause{1};

} // namespace

struct Fence::Hold {
  sqlite3_io_methods methods{}; // first: what the file points at, so that the file finds this
  const sqlite3_io_methods *real = nullptr;
  sqlite3_file *file = nullptr;
  int believed = SQLITE_LOCK_NONE; // SQLite's own idea of the file's lock
  bool exclusive = false;          // the file's exclusive lock is ours
  bool believed_writing = false;   // SQLite's own idea of the WAL's write lock
  bool writing = false;            // the WAL's write lock is ours
  bool keeping = false;

  static Hold &of(sqlite3_file *file) noexcept {
    return *reinterpret_cast<Hold *>(const_cast<sqlite3_io_methods *>(file->pMethods));
  }

  static int lock(sqlite3_file *file, int level) {
    Hold &hold = of(file);
    const int code = hold.exclusive ? SQLITE_OK : hold.real->xLock(file, level);
    if (code != SQLITE_OK) return code;
    hold.believed = std::max(hold.believed, level);
    if (level == kExclusive) hold.exclusive = true;
    return code;
  }

  static int unlock(sqlite3_file *file, int level) {
    Hold &hold = of(file);
    hold.believed = std::min(hold.believed, level);
    if (hold.exclusive && hold.keeping) return SQLITE_OK;
    hold.exclusive = false;
    return hold.real->xUnlock(file, level);
  }

  // Of others' locks; without this, our own kept lock would make SQLite take its hot journal for somebody's.
  static int check_reserved(sqlite3_file *file, int *reserved) {
    const Hold &hold = of(file);
    if (!hold.exclusive) return hold.real->xCheckReservedLock(file, reserved);
    *reserved = hold.believed >= kReserved ? 1 : 0;
    return SQLITE_OK;
  }

  static int shared_memory_lock(sqlite3_file *file, int slot, int count, int flags) {
    Hold &hold = of(file);
    if (slot != kWriteSlot || count != 1 || (flags & SQLITE_SHM_EXCLUSIVE) == 0)
      return hold.real->xShmLock(file, slot, count, flags);
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
      hold.believed_writing = false;
      if (hold.writing && hold.keeping) return SQLITE_OK;
      hold.writing = false;
      return hold.real->xShmLock(file, slot, count, flags);
    }
    const int code = hold.writing ? SQLITE_OK : hold.real->xShmLock(file, slot, count, flags);
    if (code == SQLITE_OK) hold.believed_writing = hold.writing = true;
    return code;
  }

  // The locks of the shared memory end with it.
  static int shared_memory_unmap(sqlite3_file *file, int remove) {
    Hold &hold = of(file);
    hold.believed_writing = hold.writing = false;
    return hold.real->xShmUnmap(file, remove);
  }

  void install() noexcept {
    real = file->pMethods;
    methods = *real;
    methods.xLock = lock;
    methods.xUnlock = unlock;
    methods.xCheckReservedLock = check_reserved;
    if (methods.iVersion >= 2 && methods.xShmLock != nullptr) {
      methods.xShmLock = shared_memory_lock;
      methods.xShmUnmap = shared_memory_unmap;
    }
    file->pMethods = &methods;
  }

  // Lets go of what SQLite does not believe to hold.
  void remove() noexcept {
    file->pMethods = real;
    if (exclusive && believed < kExclusive) real->xUnlock(file, believed);
    if (writing && !believed_writing)
      real->xShmLock(file, kWriteSlot, 1, static_cast<int>(SQLITE_SHM_UNLOCK) | static_cast<int>(SQLITE_SHM_EXCLUSIVE));
  }
};

Fence::Fence(Connection &connection) : connection_(connection) {}

Fence::~Fence() {
  lower();
}

bool Fence::up() const noexcept {
  return hold_ != nullptr;
}

Status Fence::raise(std::chrono::milliseconds wait) {
  if (up()) return {};
  if (connection_.in_transaction()) return fail(ErrorCode::Internal, "the fence was raised inside a transaction");
  if (sqlite3_db_readonly(connection_.handle(), "main") != 0)
    return fail(ErrorCode::NotWritable, "SQLite could open the database " + connection_.shown_path() +
                                            " for reading only: give this user write rights on the file and its folder");
  auto hold = std::make_unique<Hold>();
  if (sqlite3_file_control(connection_.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &hold->file) != SQLITE_OK ||
      hold->file == nullptr || hold->file->pMethods == nullptr)
    return fail(ErrorCode::Internal, "SQLite does not tell the file of the database " + connection_.shown_path());
  const auto lock_timeout = connection_.lock_timeout();
  connection_.set_lock_timeout(std::max(wait, std::chrono::milliseconds{1}));
  hold->install();
  connection_.set_longest_pause(kPause);
  const auto begun = connection_.execute("BEGIN EXCLUSIVE");
  connection_.set_longest_pause(Connection::kLongestPause);
  hold->keeping = begun.has_value();
  sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  connection_.set_lock_timeout(lock_timeout, "lock_wait");
  if (begun && (hold->exclusive || hold->writing)) {
    hold_ = std::move(hold);
    return {};
  }
  hold->remove();
  if (begun) return fail(ErrorCode::Internal, "SQLite gave no lock to keep others off " + connection_.shown_path());
  Error error = begun.error();
  if (error.code == ErrorCode::LockTimeout)
    error.message = "others used the database " + connection_.shown_path() + " for longer than lock_wait (" +
                    duration_text(wait) +
                    "), so they cannot be held out: let their transactions finish, or stop the applications, or raise lock_wait, "
                    "and run the command again";
  return fail(std::move(error));
}

void Fence::lower() noexcept {
  if (!hold_) return;
  hold_->remove();
  hold_.reset();
}

} // namespace migrator::database::sqlite
