// From settings and flags to what backup/ is told: the folder, the proof, retention. Shared by every verb that takes or reads backups.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "migrator/backup/take.h"
#include "migrator/commands/connection.h"
#include "migrator/commands/context.h"

namespace migrator::commands {

// The store of the configured folder. InvalidConfiguration if none is configured.
Result<backup::Store> configured_store(const Context &context);

database::Scratch scratch_of(const config::Settings &settings);
database::Proof proof_of(config::BackupVerification verify);

backup::TakeRequest take_request(const Context &context, backup::Reason reason, const std::string &run_id);

// The backups that the last row of each history's journal names: retention keeps them.
Result<std::vector<std::string>> backups_in_use(const Connection &connection);

// Takes a backup of the connected database into the store. Retention keeps what `request.in_use` names and what the journals do. Errors:
// backups_in_use(), backup::take().
Result<backup::Manifest> take_backup(const Context &context, const Connection &connection, const backup::Store &store,
                                     backup::TakeRequest request, std::function<bool()> interrupted,
                                     database::BackupObserver &observer);

// The driver of the kind of database that a dump is of. BackupFailed: none that we know.
Result<const database::Driver *> driver_of(const database::Dumped &dumped);

} // namespace migrator::commands
