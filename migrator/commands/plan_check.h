// What may refuse a plan besides the plan itself: an approval, and a promise to revert that could not be kept. Asks nobody.
#pragma once

#include "migrator/execute/run.h"
#include "migrator/ledger/entry.h"
#include "migrator/plan/plan.h"

namespace migrator::commands {

// ApprovalNeeded (subject: the plan's hash): another plan was approved. Usage: --on-failure revert and a plan that cannot be taken back.
Status check_plan(const execute::RunOptions &options, const ledger::State &state, const plan::Plan &plan);

} // namespace migrator::commands
