// What would make a dump or its proof fail, found before one is taken: rights to read, a server to make scratch databases on.
#pragma once

#include "migrator/database/backup.h"
#include "migrator/database/postgresql/session.h"

namespace migrator::database::postgresql {

// BackupFailed, naming the first few: relations, sequences and large objects that this role may not read, schemas it may not use, tables whose row
// security would hide rows from it.
Status check_readable(Session &session);

// BackupFailed: no server, no CREATEDB there, extensions that only a superuser can make and that the scratch server would need.
Status check_scratch(Session &session, const Scratch &scratch);

// What tables, with their long values, took when they were last analyzed: looking now would wait for whoever has locked one.
Result<std::int64_t> table_bytes(Session &session);

// A dump takes a hundredth of the tables' bytes at least: compression seldom gets beyond a twentieth.
Result<BackupNeeds> needs_of(Session &session);

} // namespace migrator::database::postgresql
