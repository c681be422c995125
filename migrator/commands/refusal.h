// The report of a run that was refused before it began: by its command line, its settings, or a bug. From then on the verb reports itself.
#pragma once

#include "migrator/cli/parse.h"
#include "migrator/error/error.h"
#include "migrator/report/output.h"

namespace migrator::commands {

// Leaves the report that the command line asks for; nothing if it asks for none. The run's id is that of --run-id, else MIGRATOR_RUN_ID.
void report_refusal(report::Output &output, const cli::RequestedReport &requested, const Error &error);

} // namespace migrator::commands
