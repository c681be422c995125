// Rows as hashes: for each table a count and a 128-bit sum over its rows that does not depend on their order; where sequences stand; large
// objects by their bytes. Materialized views are left out, for pg_restore fills them again, and so are generated columns, foreign tables and what
// belongs to extensions.
#pragma once

#include <functional>
#include <vector>

#include "migrator/database/contents.h"
#include "migrator/database/postgresql/question.h"

namespace migrator::database::postgresql {

// Settings of the transaction that asks, so that a row always has one text. SQL, several statements of SET LOCAL.
const char *row_text_settings();

// Entries of kind "rows" of all tables and of large objects, in the snapshot that `ask` sees; `done` hears how many rows have been read.
// Unsorted; none is marked as ours.
Result<std::vector<ContentEntry>> read_rows(const Ask &ask, const std::function<void(std::int64_t rows)> &done);

// The same of sequences. These are no part of a snapshot: whoever compares with a dump takes the dump's own (dump_text.h).
Result<std::vector<ContentEntry>> read_sequences(const Ask &ask);

} // namespace migrator::database::postgresql
