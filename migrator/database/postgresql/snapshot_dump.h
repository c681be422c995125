// One consistent dump: a snapshot exported by our own session, pg_dump reading in it, and meanwhile the contents hashed in the same snapshot
// (issue 4). Leaves no transaction open and, after an error, no file.
#pragma once

#include <map>
#include <string>

#include "migrator/database/backup.h"
#include "migrator/database/postgresql/client_run.h"
#include "migrator/database/postgresql/client_tools.h"
#include "migrator/database/postgresql/history.h"
#include "migrator/database/postgresql/question.h"
#include "migrator/database/postgresql/session.h"

namespace migrator::database::postgresql {

constexpr const char *kDumpFile = "database.dump";

// Fills all of Dumped. `limits` has the request's deadline. Errors: BackupFailed, Terminated.
Result<Dumped> dump_in_snapshot(Session &session, const History &history, const ClientTools &tools, const DumpRequest &request,
                                const Limits &limits, BackupObserver &observer);

// Which cluster and database a session is in. The system identifier is empty if it may not be read.
DatabaseIdentity identity_of(Session &session);

// Versions of extensions, by "extension NAME", as they stand in Dumped::versions.
Result<std::map<std::string, std::string>> extension_versions(const Ask &ask);

} // namespace migrator::database::postgresql
