// Asks the catalog what became of a statement that ran outside a transaction when its runner was killed (docs/revision-format.md,
// "transaction:false"). Reads only; must be asked by the connection that will run the statement again, with its search_path.
#pragma once

#include "migrator/database/postgresql/concurrent_statement.h"
#include "migrator/database/postgresql/session.h"

namespace migrator::database::postgresql {

// CREATE INDEX CONCURRENTLY: Done if a valid index of that name, table and definition is there (the server compares: it makes the same index on
// an empty temporary copy of the table and rolls that back); LeftInvalid if it is invalid and nobody builds it; InProgressElsewhere while
// another session builds it. An index of that name but another definition is not the statement's: NotDone.
// DROP INDEX CONCURRENTLY: Done once there is no such index. ADD VALUE: Done once the type has the label. DETACH PARTITION CONCURRENTLY: Done once
// the partition has another parent or none; one that is half detached is NotDone, and running the statement again finishes it.
// Not inside a transaction.
Result<StatementOutcome> probe_statement(Session &session, const ConcurrentStatement &statement);

// The statement to run for a DETACH PARTITION CONCURRENTLY that was interrupted half-way: … FINALIZE. nullopt: it was not.
Result<std::optional<std::string>> finalize_detach(Session &session, const DetachPartition &detach);

// The full name of the index, quoted, if it is there and invalid; else nullopt.
Result<std::optional<std::string>> find_invalid_index(Session &session, const BuildIndex &index);

} // namespace migrator::database::postgresql
