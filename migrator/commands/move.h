// The verbs that move a database: from arguments to a report, in the order of a run: preflight, lock, plan again under the lock,
// units, journal, release, report. What is done inside is execute/'s and plan/'s; this is the way through it.
#pragma once

#include "migrator/commands/context.h"
#include "migrator/plan/planner.h"

namespace migrator::commands {

// upgrade, downgrade and migrate: what they ask for, and the flags they share. A failed run's error is the step's; its report is written
// all the same.
struct MoveRequest {
  plan::Request plan;
  cli::MovingOptions options;
  std::string approved; // migrate --approved; empty: any plan
};

Status move(const Context &context, const MoveRequest &request);

} // namespace migrator::commands
