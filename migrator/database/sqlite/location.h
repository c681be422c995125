// Where a SQLite database lies: what stands at the path before it is opened, and whether this user could write there. Used when a
// run opens the file and in its preflight. It asks the file system only by name: opening and closing the database file here would
// drop the locks that SQLite holds on it in this process.
#pragma once

#include <string>

#include "migrator/error/error.h"

namespace migrator::database::sqlite {

inline constexpr const char *kInMemory = ":memory:";

// The name to give to SQLite, safe from its reading of "file:" and ":" at the beginning.
std::string sqlite_filename(const std::string &path);

// The path with its symbolic links resolved, or as it is if that fails. The file must be there.
std::string resolved(const std::string &path);

// What can be told before opening. Unreachable: nothing is there and `create` is false, the folder is missing, or it is a folder or
// a device. NoPermission: the user may not read the file or look into the folder. NotWritable: to be made in a read-only folder.
Status check_openable(const std::string &path, bool create);

// What a writing run needs: the file, its folder (for the journal and the lock), and what lies beside it from others (-wal, -shm,
// -journal). NotWritable, naming what is not. `real_path` is resolved().
Status check_writable(const std::string &real_path);

} // namespace migrator::database::sqlite
