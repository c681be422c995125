// One statement that cannot run in a transaction: announced in the journal, run, confirmed; after a kill the catalog is asked
// whether it took effect.
#pragma once

#include "migrator/execute/step_run.h"

namespace migrator::execute {

// Runs the statement, or settles the one that an earlier run left in doubt. `completes`: it is the last unit of its step. StoppedHalfway if it
// is in doubt and nothing can tell.
Status run_bare(StepRun &step, const plan::Unit &unit, bool completes);

} // namespace migrator::execute
