// SQLite's result codes as Errors with advice. Used by the connection alone; opens and asks nothing. SQLite's own messages name
// tables, columns and what a trigger raises, never a row's contents, so they are kept.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "migrator/error/error.h"

namespace migrator::database::sqlite {

// The name of an extended result code ("SQLITE_CONSTRAINT_UNIQUE"); that of its primary code if the extended one is not known, else
// "SQLITE_ERROR".
std::string_view code_name(int extended_code) noexcept;

// "3s", "500ms".
std::string duration_text(std::chrono::milliseconds duration);

// What happened, beside the code, that decides about its meaning.
struct FailureContext {
  std::string message; // sqlite3_errmsg()
  std::string path;    // the database file as the user names it
  std::chrono::milliseconds lock_timeout{0};
  std::string lock_setting = "lock_timeout"; // what says how long
  bool read_only_file = false;
};

// LockTimeout: SQLITE_BUSY. NotWritable: a read-only file, or a journal that cannot be made. Unreachable: the file is no database.
// Terminated: SQLITE_INTERRUPT. SqlError: all the rest, with advice for a full disk, a damaged file and failing I/O. Sets `sqlstate`.
Error error_of(int extended_code, const FailureContext &context);

} // namespace migrator::database::sqlite
