// What PostgreSQL keeps about a database outside of it, and no dump holds: owner, rights, settings, limit, comment. Read of one database and
// written for another, as SQL that can stand in a transaction.
#pragma once

#include <string>
#include <vector>

#include "migrator/database/postgresql/question.h"

namespace migrator::database::postgresql {

// Statements, each ended by a semicolon, that give `to` what database `from` has.
Result<std::vector<std::string>> properties_sql(const Ask &ask, const std::string &from, const std::string &to);

// The tablespace of a database.
Result<std::string> tablespace_of(const Ask &ask, const std::string &database);

// "SET name TO value" for a setting as the catalog keeps it ("search_path=a, b"): lists of names stay lists.
std::string set_clause(const std::string &setting);

} // namespace migrator::database::postgresql
