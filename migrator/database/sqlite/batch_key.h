// Whether a table can be walked in batches by a key (the `data` sections of docs/revision-format.md). Asks the schema and the two ends
// of the key's index; never reads a whole table.
#pragma once

#include <string>

#include "migrator/database/database.h"
#include "migrator/database/sqlite/connection.h"
#include "migrator/error/error.h"

namespace migrator::database::sqlite {

// `table` as written in a revision: quoted or not, with `main.` or not. SqlError, with the reason, if the key is not unique by itself,
// may be NULL, is neither integer nor text under BINARY, or holds values of another kind, an empty text or the smallest integer
// (the lower end of a batch is exclusive, so these would be left out). row_estimate is ANALYZE's, else the largest rowid; 0: not known.
Result<BatchKey> find_batch_key(Connection &connection, const std::string &table, const std::string &key);

} // namespace migrator::database::sqlite
