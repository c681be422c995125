// From settings and flags to what backup/ is told: the folder, the proof, retention. Shared by every verb that takes or reads backups.
#pragma once

#include <string>
#include <vector>

#include "migrator/backup/take.h"
#include "migrator/commands/context.h"

namespace migrator::commands {

// The store of the configured folder. InvalidConfiguration if none is configured.
Result<backup::Store> configured_store(const Context &context);

database::Scratch scratch_of(const config::Settings &settings);
database::Proof proof_of(config::BackupVerification verify);

// `in_use`: ids that retention keeps.
backup::TakeRequest take_request(const Context &context, backup::Reason reason, const std::string &run_id,
                                 std::vector<std::string> in_use);

} // namespace migrator::commands
