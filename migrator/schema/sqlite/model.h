// The schema model of a SQLite database, from the rows of its catalog. Pure; database/sqlite/schema_reader reads the rows.
#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "migrator/schema/object.h"

namespace migrator::schema::sqlite {

// A row of sqlite_schema.
struct CatalogRow {
  std::string type; // "table", "index", "view", "trigger"
  std::string name;
  std::string table;
  std::string sql; // empty: an index behind a constraint
};

// A row of pragma_table_xinfo.
struct CatalogColumn {
  std::string name, type;
  bool hidden = false; // of a virtual table; generated columns are not
};

struct Catalog {
  std::vector<CatalogRow> rows;
  std::unordered_map<std::string, std::vector<CatalogColumn>> columns; // of ordinary tables, in order, by the table's name
  std::set<std::string> virtuals, shadows;                             // names, as spelled
  std::set<std::string> hidden; // names to leave out with all that is of them, folded: our histories
};

// Objects are named as they are spelled. A constraint without a name is named by what it is: "primary key", "unique (a, b)",
// "foreign key (a)", "check (a > 0)", with a number behind it where several are alike. A table whose text is not understood (of a newer SQLite's
// syntax) has its whole text as Definition, so that no difference is missed.
Schema model(const Catalog &catalog);

} // namespace migrator::schema::sqlite
