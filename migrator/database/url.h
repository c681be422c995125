// A database URL, taken apart and safe to show (design section 3, "Configuration"). Pure: nothing is opened here.
#pragma once

#include <string>
#include <string_view>

#include "migrator/error/error.h"
#include "migrator/script/script.h"

namespace migrator::database {

struct DatabaseUrl {
  Dialect dialect = Dialect::Sqlite;
  std::string path;     // SQLite: the file, absolute or relative to the working folder
  std::string conninfo; // PostgreSQL: what libpq is given; may hold a password: never print it
  std::string redacted; // the URL with its secrets as ***: safe to print
};

// Reads `sqlite:///relative.db`, `sqlite:////absolute.db`, `postgresql://…` and `postgres://…`, any `+driver` suffix ignored.
// A relative SQLite path is joined to `base_folder` (empty: left as it is). InvalidConfiguration: an unknown scheme, a bad port, an
// unknown SQLite parameter, broken %-escapes, no file name. Parameters of PostgreSQL are checked by Driver::validate().
// Errors never contain the password.
Result<DatabaseUrl> parse_url(std::string_view url, std::string_view base_folder = {});

} // namespace migrator::database
