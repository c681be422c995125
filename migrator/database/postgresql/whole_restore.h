// Replacing all that a database holds in one transaction, or filling an empty one: drop, load, our bookkeeping, compare, commit (the design,
// "Backups"). The transaction is psql's (restoring_psql.h); the session beside it looks, and learns what became of a COMMIT nobody answered.
#pragma once

#include <string>
#include <vector>

#include "migrator/database/backup.h"
#include "migrator/database/postgresql/advisory_keys.h"
#include "migrator/database/postgresql/client_run.h"
#include "migrator/database/postgresql/client_tools.h"
#include "migrator/database/postgresql/history.h"
#include "migrator/database/postgresql/session.h"

namespace migrator::database::postgresql {

// Where a restore happens. References outlive it.
struct RestoreSite {
  Session &session; // idle
  const History &history;
  const AdvisoryKeys &keys;
  const ClientTools &tools;
  const Limits &limits;
};

// What would stop a restore in place and can be told now; NoPermission. Changes nothing.
Status check_in_place(const RestoreSite &site, const RestoreRequest &request);
// With the fence up. BackupFailed: nothing has changed. StoppedHalfway: restored with all its rows, but definitions differ.
Status restore_in_place(const RestoreSite &site, const RestoreRequest &request, BackupObserver &observer);
// InvalidConfiguration if the database holds something.
Status fill_empty(const RestoreSite &site, const RestoreRequest &request, BackupObserver &observer);

// Fills the new database that `site.session` is in, with the fence noted as `fence` says; as restore_in_place().
Status fill_new(const RestoreSite &site, const RestoreRequest &request, const std::string &fence, BackupObserver &observer);

} // namespace migrator::database::postgresql
