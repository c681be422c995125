// The histories that a SQLite file holds, found by the shape of their tables, for their names are anybody's choice (version_table). Changes
// nothing.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "migrator/database/contents.h"
#include "migrator/database/sqlite/connection.h"
#include "migrator/error/error.h"

namespace migrator::database::sqlite {

struct Histories {
  std::vector<HistoryMark> marks;  // sorted by name
  std::set<std::string> relations; // their tables and views, in upper case as by text::upper()
};

// A history is a table with the one column version_num (docs/history-tables.md; Alembic's too), and NAME_journal, NAME_meta and NAME_revisions
// beside it where they have the columns of ours. For one snapshot, read inside a transaction.
Result<Histories> find_histories(Connection &connection);

} // namespace migrator::database::sqlite
