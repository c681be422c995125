// SQLite's side of SqlDialect: cuts a section into statements and says where each may run. Stands between the revision files and the
// executor; needs no connection and runs nothing.
#pragma once

#include "migrator/database/database.h"

namespace migrator::database::sqlite {

// Splits where SQLite would (sqlite3_complete: a trigger's body is one statement with it), in time linear in the text.
// InvalidRevisionFile, with the line: a quote, comment or trigger that never ends, a NUL, a command of psql or of the sqlite3 shell.
class SqliteDialect final : public SqlDialect {
public:
  Result<std::vector<Statement>> split(const script::SqlText &text, const std::string &file) const override;
};

// Fills keyword, rule, probe and keeps_foreign_keys from the statement's text (docs/revision-format.md, "What is refused").
void classify(Statement &statement);

} // namespace migrator::database::sqlite
