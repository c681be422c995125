// The questions that the schema is read by: one a kind of object, each of the whole catalog, for PostgreSQL 13 to 17. They must be asked with an
// empty search_path, or definitions are not qualified. Lists come joined by kListSeparator.
#pragma once

#include <string>

namespace migrator::database::postgresql {

constexpr char kListSeparator = '\x1f';

std::string namespaces_query();
std::string extensions_query();
std::string types_query();
std::string relations_query();
std::string columns_query(int server_version);
std::string sequences_query();
std::string constraints_query();
std::string indexes_query();
std::string functions_query();
std::string triggers_query();
std::string comments_query();
std::string dependencies_query();
// What the model has no kind for: class, oid and name of each.
std::string unknown_query(int server_version);

} // namespace migrator::database::postgresql
