// Runs a plan on a database, step by step and unit by unit, under a lock that the caller holds. What has been committed when it
// stops, for whatever reason, is what the version table and the journal say.
#pragma once

#include <vector>

#include "migrator/execute/run.h"
#include "migrator/execute/step_run.h"

namespace migrator::execute {

// Whether this run may move the history by what it recorded of its owner. OwnedByAnother: it belongs to another Migration, and `options` do not take
// it over. Without an owner (the command line) it may.
Status check_owner(const RunOptions &options, const ledger::State &state);

// Makes what is missing of the history, revokes rights on it that nobody should have, records the owner, the approved plan and
// adopted revisions: all that comes before the first step, in one transaction. OwnedByAnother if the recorded owner is another Migration.
Status open_history(const Surroundings &run, const plan::Plan &plan, const ledger::State &state);

// Runs all steps; appends each committed one to `report.steps` and keeps `report.heads_after` true. The error of the step that stopped it:
// SqlError and AssertionFailed when the step was rolled back whole, StoppedHalfway when a statement failed in a partial one; Terminated, RunTimeout,
// LockTimeout, ConnectionLost and CommitUnknown as they are, with a word on a partial step.
Status run_plan(const Surroundings &run, const plan::Plan &plan, RunReport &report);

} // namespace migrator::execute
