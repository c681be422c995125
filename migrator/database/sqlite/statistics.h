// The planner's statistics of tables that a unit makes again or renames: SQLite drops them with the old table, and leaves them under an old name.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "migrator/database/sqlite/connection.h"

namespace migrator::database::sqlite {

struct Statistics {
  std::map<std::string, std::int64_t> tables; // of all tables, the root page; empty where ANALYZE never ran
  std::set<std::string> analyzed;             // tables that statistics are kept of
};

Result<Statistics> statistics(Connection &connection);

// Analyzes again, within the open transaction, the tables that were made again or renamed since `before`. Reads the whole of their indexes. A table
// whose statistics were removed while it stayed is left alone.
Status renew_statistics(Connection &connection, const Statistics &before);

} // namespace migrator::database::sqlite
