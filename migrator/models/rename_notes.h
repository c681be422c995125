// `-- migrate:renamed_from OLD` in SQL models: a comment line above a column or a CREATE TABLE. Pure.
#pragma once

#include <string>
#include <vector>

#include "migrator/error/error.h"
#include "migrator/models/models.h"

namespace migrator::models {

struct NotedSql {
  std::vector<RenameNote> notes; // in their order
  std::string
      sql; // line for line the source; its notes are ordinary comments, for SQLite keeps what stands inside a CREATE TABLE, and
           // in a revision such a line would be a directive
};

// InvalidConfiguration with file and line: any other `-- migrate:` comment (revisions have sections, models have none), no name, or neither a table nor a
// column below it.
Result<NotedSql> rename_notes(const Source &source, Dialect dialect);

} // namespace migrator::models
