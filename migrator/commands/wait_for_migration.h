// `wait --for migration/NAME`: waits for the operator's word instead of asking the database itself.
#pragma once

#include <chrono>

#include "migrator/commands/context.h"

namespace migrator::commands {

// The errors of MigrationSource and MigrationReader; WaitTimeout, also of a Migration that is stalled; Terminated.
Status wait_for_migration(const Context &context, const cli::WaitedMigration &migration, std::chrono::milliseconds timeout);

} // namespace migrator::commands
