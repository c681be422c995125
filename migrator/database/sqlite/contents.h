// What a SQLite file holds, as contents.h of the folder above tells it: a hash of each definition, and of each table's rows a count and a hash
// that does not depend on their order. Read-only; the copies, the proof and the restore compare with it.
#pragma once

#include "migrator/database/backup.h"
#include "migrator/database/sqlite/connection.h"
#include "migrator/database/sqlite/patience.h"
#include "migrator/error/error.h"

namespace migrator::database::sqlite {

// The name of the entry that holds how many rows break their foreign keys: a copy must break no others.
inline constexpr const char *kViolationsEntry = "FOREIGN KEY VIOLATIONS";

// Of the snapshot that the connection's transaction has, or of a file that nobody writes. Values are told apart by type (1, 1.0, '1', x'31',
// NULL) and taken bit by bit, text in the file's own encoding whether it is valid or not. Left out: columns that are computed when read, the
// numbers of rows that have no INTEGER PRIMARY KEY (VACUUM gives new ones), rows of virtual tables (those of their shadow tables are in).
// Tells the observer of rows in BackupPhase::Compare, with those that were read `already` before them. SqlError and what a statement can answer; Terminated when the patience ends.
Result<Contents> take_contents(Connection &connection, const Patience &patience, BackupObserver &observer,
                               std::int64_t already = 0);

// How many rows were read for it.
std::int64_t rows_of(const Contents &contents);

} // namespace migrator::database::sqlite
