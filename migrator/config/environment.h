// The environment's layer of the configuration: which variables there are and what they say. Pure: the variables are handed in by a
// function, and the contents of the file that DATABASE_URL_FILE names by the caller.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "migrator/config/overrides.h"
#include "migrator/error/error.h"

namespace migrator::config {

// The value of a variable, nullopt if it is not set. getenv() behind a name.
using Environment = std::function<std::optional<std::string>(const std::string &name)>;
// The contents of a file, or why it cannot be read.
using ReadFile = std::function<Result<std::string>(const std::string &path)>;

// Whether the verb works on a database. Without, neither a URL nor a variable that gives one is looked at, so that a broken secret
// does not stop `heads`.
enum class DatabaseUse : std::uint8_t {
  None,
  Optional, // used if configured (history)
  Required, // its absence is an error
};

// Reads DATABASE_URL or DATABASE_URL_FILE (a trailing line end is dropped), MIGRATOR_MIGRATIONS (folders, parted by ":"),
// MIGRATOR_VERSION_TABLE, MIGRATOR_VERSION_SCHEMA, MIGRATOR_GRANT_READ (parted by ","), MIGRATOR_DIRECT_URL, MIGRATOR_SCRATCH_URL,
// MIGRATOR_LOCK_WAIT, MIGRATOR_LOCK_TIMEOUT, MIGRATOR_STATEMENT_TIMEOUT, MIGRATOR_SCRATCH, MIGRATOR_BACKUP_FOLDER, _POLICY, _VERIFY, _RETAIN and
// _COMMAND (a JSON array), MIGRATOR_RUN_ID, MIGRATOR_OWNER, MIGRATOR_ADOPT, and checks MIGRATOR_PROTOCOL. All errors are InvalidConfiguration: a variable set to
// nothing (an empty secret must not silently become another database), both DATABASE_URL and DATABASE_URL_FILE, an empty or
// unreadable file, a value that is no duration, name, owner or command, a protocol of another major. No message repeats a URL.
Result<Overrides> read_environment(const Environment &environment, const ReadFile &read_file, DatabaseUse use);

} // namespace migrator::config
