// What a run is told, from settings and flags, and the file that its report goes to: the part that every verb shares which writes a history.
// Opens no database.
#pragma once

#include <string>

#include "migrator/commands/context.h"
#include "migrator/execute/run.h"

namespace migrator::commands {

// Settings and flags as the executor takes them, with a random run id unless one is given.
execute::RunOptions run_options(const Context &context, const cli::MovingOptions &moving);

// Whether the report can be written when the run has ended, asked before it begins: a run that nobody hears of must not start. An empty path
// is no report. NotWritable if it cannot.
Status check_report(const std::string &path);

// Writes the report over whatever the file held. NotWritable if it cannot.
Status write_report(const std::string &path, const std::string &text);

} // namespace migrator::commands
