// A data section: one statement over a table in batches, a transaction each, resumable after the last committed key.
#pragma once

#include "migrator/execute/step_run.h"

namespace migrator::execute {

// Runs or goes on with the data section. `completes`: it is the last unit of its step. SqlError for a key that can't be walked.
Status run_batches(StepRun &step, const plan::Unit &unit, bool completes);

// Refuses a key that can't be walked before the step begins, where the table is there already; a table that the step itself
// makes is looked at when the data section begins.
Status check_batch_keys(const StepRun &step);

} // namespace migrator::execute
