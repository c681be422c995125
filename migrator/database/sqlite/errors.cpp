// The table of SQLite's codes and the advice for each kind, behind errors.h. Calls nothing of SQLite's.
#include "migrator/database/sqlite/errors.h"

#include <sqlite3.h>

namespace migrator::database::sqlite {

namespace {

struct CodeName {
  int code;
  std::string_view name;
};

#define MIGRATOR_SQLITE_CODE(code)                                                                                               \
  { code, #code }
constexpr CodeName kCodeNames[] = {
    MIGRATOR_SQLITE_CODE(SQLITE_ERROR),
    MIGRATOR_SQLITE_CODE(SQLITE_INTERNAL),
    MIGRATOR_SQLITE_CODE(SQLITE_PERM),
    MIGRATOR_SQLITE_CODE(SQLITE_ABORT),
    MIGRATOR_SQLITE_CODE(SQLITE_BUSY),
    MIGRATOR_SQLITE_CODE(SQLITE_LOCKED),
    MIGRATOR_SQLITE_CODE(SQLITE_NOMEM),
    MIGRATOR_SQLITE_CODE(SQLITE_READONLY),
    MIGRATOR_SQLITE_CODE(SQLITE_INTERRUPT),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR),
    MIGRATOR_SQLITE_CODE(SQLITE_CORRUPT),
    MIGRATOR_SQLITE_CODE(SQLITE_NOTFOUND),
    MIGRATOR_SQLITE_CODE(SQLITE_FULL),
    MIGRATOR_SQLITE_CODE(SQLITE_CANTOPEN),
    MIGRATOR_SQLITE_CODE(SQLITE_PROTOCOL),
    MIGRATOR_SQLITE_CODE(SQLITE_EMPTY),
    MIGRATOR_SQLITE_CODE(SQLITE_SCHEMA),
    MIGRATOR_SQLITE_CODE(SQLITE_TOOBIG),
    MIGRATOR_SQLITE_CODE(SQLITE_CONSTRAINT),
    MIGRATOR_SQLITE_CODE(SQLITE_MISMATCH),
    MIGRATOR_SQLITE_CODE(SQLITE_MISUSE),
    MIGRATOR_SQLITE_CODE(SQLITE_NOLFS),
    MIGRATOR_SQLITE_CODE(SQLITE_AUTH),
    MIGRATOR_SQLITE_CODE(SQLITE_FORMAT),
    MIGRATOR_SQLITE_CODE(SQLITE_RANGE),
    MIGRATOR_SQLITE_CODE(SQLITE_NOTADB),
    MIGRATOR_SQLITE_CODE(SQLITE_ERROR_MISSING_COLLSEQ),
    MIGRATOR_SQLITE_CODE(SQLITE_ERROR_RETRY),
    MIGRATOR_SQLITE_CODE(SQLITE_ERROR_SNAPSHOT),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_READ),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_SHORT_READ),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_WRITE),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_FSYNC),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_DIR_FSYNC),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_TRUNCATE),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_FSTAT),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_UNLOCK),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_RDLOCK),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_DELETE),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_BLOCKED),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_NOMEM),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_ACCESS),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_CHECKRESERVEDLOCK),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_LOCK),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_CLOSE),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_DIR_CLOSE),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_SHMOPEN),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_SHMSIZE),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_SHMLOCK),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_SHMMAP),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_SEEK),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_DELETE_NOENT),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_MMAP),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_GETTEMPPATH),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_CONVPATH),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_VNODE),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_AUTH),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_BEGIN_ATOMIC),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_COMMIT_ATOMIC),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_ROLLBACK_ATOMIC),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_DATA),
    MIGRATOR_SQLITE_CODE(SQLITE_IOERR_CORRUPTFS),
    MIGRATOR_SQLITE_CODE(SQLITE_CANTOPEN_NOTEMPDIR),
    MIGRATOR_SQLITE_CODE(SQLITE_CANTOPEN_ISDIR),
    MIGRATOR_SQLITE_CODE(SQLITE_CANTOPEN_FULLPATH),
    MIGRATOR_SQLITE_CODE(SQLITE_CANTOPEN_CONVPATH),
    MIGRATOR_SQLITE_CODE(SQLITE_CANTOPEN_DIRTYWAL),
    MIGRATOR_SQLITE_CODE(SQLITE_CANTOPEN_SYMLINK),
    MIGRATOR_SQLITE_CODE(SQLITE_CORRUPT_VTAB),
    MIGRATOR_SQLITE_CODE(SQLITE_CORRUPT_SEQUENCE),
    MIGRATOR_SQLITE_CODE(SQLITE_CORRUPT_INDEX),
    MIGRATOR_SQLITE_CODE(SQLITE_READONLY_RECOVERY),
    MIGRATOR_SQLITE_CODE(SQLITE_READONLY_CANTLOCK),
    MIGRATOR_SQLITE_CODE(SQLITE_READONLY_ROLLBACK),
    MIGRATOR_SQLITE_CODE(SQLITE_READONLY_DBMOVED),
    MIGRATOR_SQLITE_CODE(SQLITE_READONLY_CANTINIT),
    MIGRATOR_SQLITE_CODE(SQLITE_READONLY_DIRECTORY),
    MIGRATOR_SQLITE_CODE(SQLITE_ABORT_ROLLBACK),
    MIGRATOR_SQLITE_CODE(SQLITE_CONSTRAINT_CHECK),
    MIGRATOR_SQLITE_CODE(SQLITE_CONSTRAINT_COMMITHOOK),
    MIGRATOR_SQLITE_CODE(SQLITE_CONSTRAINT_FOREIGNKEY),
    MIGRATOR_SQLITE_CODE(SQLITE_CONSTRAINT_FUNCTION),
    MIGRATOR_SQLITE_CODE(SQLITE_CONSTRAINT_NOTNULL),
    MIGRATOR_SQLITE_CODE(SQLITE_CONSTRAINT_PRIMARYKEY),
    MIGRATOR_SQLITE_CODE(SQLITE_CONSTRAINT_TRIGGER),
    MIGRATOR_SQLITE_CODE(SQLITE_CONSTRAINT_UNIQUE),
    MIGRATOR_SQLITE_CODE(SQLITE_CONSTRAINT_VTAB),
    MIGRATOR_SQLITE_CODE(SQLITE_CONSTRAINT_ROWID),
    MIGRATOR_SQLITE_CODE(SQLITE_CONSTRAINT_PINNED),
    MIGRATOR_SQLITE_CODE(SQLITE_CONSTRAINT_DATATYPE),
    MIGRATOR_SQLITE_CODE(SQLITE_AUTH_USER),
};
#undef MIGRATOR_SQLITE_CODE

std::string_view find_name(int code) noexcept {
  for (const CodeName &row : kCodeNames)
    if (row.code == code) return row.name;
  return {};
}

ErrorCode kind_of(int extended_code, const FailureContext &context) {
  switch (extended_code & 0xff) {
  case SQLITE_BUSY:
    return ErrorCode::LockTimeout;
  case SQLITE_INTERRUPT:
    return ErrorCode::Terminated;
  case SQLITE_NOTADB:
    return ErrorCode::Unreachable;
  case SQLITE_CANTOPEN:
    return ErrorCode::NotWritable;
  case SQLITE_READONLY:
    return context.read_only_file || extended_code != SQLITE_READONLY ? ErrorCode::NotWritable : ErrorCode::SqlError;
  default:
    return ErrorCode::SqlError;
  }
}

std::string text_of(int extended_code, const FailureContext &context) {
  const std::string said = " (" + context.message + ", " + std::string(code_name(extended_code)) + ")";
  switch (extended_code & 0xff) {
  case SQLITE_BUSY:
    return "another connection held " + context.path + " for longer than " + context.lock_setting + " (" +
           duration_text(context.lock_timeout) + "): let it finish, or raise " + context.lock_setting +
           ", and run the command again";
  case SQLITE_INTERRUPT:
    return "the statement was interrupted; what was not committed is rolled back: run the command again";
  case SQLITE_NOTADB:
    return context.path + " is not a SQLite database, or it is encrypted: correct database_url";
  case SQLITE_CANTOPEN:
    return "SQLite cannot open a file that it needs beside " + context.path + said +
           ": make the folder writable for this user, and keep a -wal file together with its database";
  case SQLITE_FULL:
    return "the disk, the quota or PRAGMA max_page_count is exhausted" + said + ": make room where " + context.path +
           " lies and run the command again";
  case SQLITE_CORRUPT:
    return "the file " + context.path + " is damaged" + said +
           ": stop its users, copy it, look at PRAGMA integrity_check, and restore a backup";
  case SQLITE_IOERR:
    return "reading or writing " + context.path + " failed" + said +
           ": look at the disk and its file system, then run the command again";
  case SQLITE_READONLY:
    if (kind_of(extended_code, context) == ErrorCode::NotWritable)
      return context.path + " cannot be written" + said + ": give this user write rights on the file and its folder";
    [[fallthrough]];
  default:
    return "SQLite refused the statement: " + context.message;
  }
}

} // namespace

std::string_view code_name(int extended_code) noexcept {
  if (const std::string_view name = find_name(extended_code); !name.empty()) return name;
  const std::string_view name = find_name(extended_code & 0xff);
  return name.empty() ? std::string_view("SQLITE_ERROR") : name;
}

std::string duration_text(std::chrono::milliseconds duration) {
  const auto count = duration.count();
  return count % 1000 == 0 ? std::to_string(count / 1000) + "s" : std::to_string(count) + "ms";
}

Error error_of(int extended_code, const FailureContext &context) {
  Error error;
  error.code = kind_of(extended_code, context);
  error.message = text_of(extended_code, context);
  error.sqlstate = std::string(code_name(extended_code));
  return error;
}

} // namespace migrator::database::sqlite
