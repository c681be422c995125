// The types of YAML models and what each is in either database. Pure; docs/models.md has the table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "migrator/error/error.h"
#include "migrator/script/script.h"

namespace migrator::models {

// "varchar(120)" taken apart.
struct TypeName {
  std::string name;
  std::vector<int> arguments;
};

// The words of the table, for suggestions.
std::vector<std::string_view> type_names();

// The database's own word for it. A STRICT table of SQLite knows fewer types. Usage, with a sentence that begins with the type: not in the table, or the
// wrong number of arguments.
Result<std::string> sql_type(std::string_view written, Dialect dialect, bool strict);

} // namespace migrator::models
