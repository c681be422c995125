// What a live Job means. Pure.
#pragma once

#include "operator/reconcile/decide.h"
#include "operator/reconcile/observed.h"

namespace controller::reconcile {

// status.run's Job is there, is ours and has not ended. No edit stops it: a new generation waits, and observedGeneration stays behind so that everybody
// sees it waiting. But a Job whose container never started is taken away for the sake of an edit or a request, for nothing ran, and the
// edit may be the very mend of what it is stuck on (decision 15).
Decision running(const Observed &observed);

} // namespace controller::reconcile
