// Whether a table can be walked in batches by a key (docs/revision-format.md, "data"): a total order that the index and the comparison agree on.
#pragma once

#include <string>

#include "migrator/database/postgresql/session.h"

namespace migrator::database::postgresql {

// `table` and `key` as the revision writes them. SqlError, with the reason: no such table or column; not unique by a plain index of its own; may
// be null; another type; another collation. row_estimate is the planner's, 0 if the table was never analysed.
Result<BatchKey> read_batch_key(Session &session, const std::string &table, const std::string &key);

} // namespace migrator::database::postgresql
