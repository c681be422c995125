// What a run is told, from settings and flags, and the file that its report goes to: the part that every verb shares which writes a history.
// Opens no database.
#pragma once

#include <string>

#include "migrator/commands/context.h"
#include "migrator/execute/run.h"
#include "migrator/plan/offline.h"

namespace migrator::commands {

// Settings and flags as the executor takes them, flags before the environment's words, with a random run id unless one is given.
execute::RunOptions run_options(const Context &context, const cli::MovingOptions &moving);

// Who writes a script or stamps, and when: now.
plan::OfflineOptions witness(const Context &context, const execute::RunOptions &run);

// Writes the report over whatever the file held. What cannot be written is a warning: it changes nothing of what the run did, nor its exit code.
void leave_report(report::Output &output, const std::string &path, const std::string &text);

} // namespace migrator::commands
