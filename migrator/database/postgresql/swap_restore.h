// Restoring into a new database that then takes the old one's name (`restore --swap`): for what is too large for one transaction. Everything
// outside the database (owner, rights, settings, limit, comment) is given to the new one; the old one is dropped last.
#pragma once

#include "migrator/database/backup.h"
#include "migrator/database/postgresql/connection_settings.h"
#include "migrator/database/postgresql/run_lock.h"
#include "migrator/database/postgresql/whole_restore.h"

namespace migrator::database::postgresql {

// NoPermission: no right to make or rename databases, or roles of the dump are missing.
Status check_swap(const RestoreSite &site, const ConnectionSettings &settings, const RestoreRequest &request);

// With the fence up and the lock held and widened; both hold afterwards. `settings` made `site.session`, which leaves the old database and is in
// the new one afterwards. A swap that was killed before is finished or undone first. BackupFailed: nothing has changed.
Status restore_by_swap(const RestoreSite &site, const ConnectionSettings &settings, RunLock &lock, const RestoreRequest &request,
                       BackupObserver &observer);

} // namespace migrator::database::postgresql
