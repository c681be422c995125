// `-- migrate:renamed_from OLD` in SQL models: a comment line above a column or a CREATE TABLE. Pure.
#pragma once

#include <vector>

#include "migrator/error/error.h"
#include "migrator/models/models.h"

namespace migrator::models {

// The notes of one SQL source, in its order. InvalidConfiguration with file and line: any other `-- migrate:` comment (revisions have sections,
// models have none), no name, or neither a table nor a column below it.
Result<std::vector<RenameNote>> rename_notes(const Source &source, Dialect dialect);

} // namespace migrator::models
