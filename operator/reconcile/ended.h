// What follows when a run's Job has ended, was deleted or was lost: the next attempt, the plan that waits, or the end of the run. Pure.
#pragma once

#include "operator/reconcile/decide.h"
#include "operator/reconcile/ending.h"
#include "operator/reconcile/observed.h"

namespace controller::reconcile {

// Of status.run, whose attempt came to this end.
Decision ended(const Observed &observed, const Ending &ending);

// Of a verify run: Drifted and lastVerified, and no more. One that fails for whatever reason is told in an Event and comes again with the interval.
Decision verified(const Observed &observed, const Ending &ending);

} // namespace controller::reconcile
