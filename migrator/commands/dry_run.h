// A moving verb with --dry-run, and `plan`: what it would do, and in a Job (an owner is given) also whether it would be refused. Writes nothing to
// the database, nor makes one.
#pragma once

#include "migrator/commands/context.h"
#include "migrator/commands/move.h"
#include "migrator/execute/run.h"

namespace migrator::commands {

// Prints the plan and leaves the report that the request asks for, also of a failure. The errors of a run's preflight and planning.
Status dry_run(const Context &context, const MoveRequest &request, const execute::RunOptions &options);

} // namespace migrator::commands
