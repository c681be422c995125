// A run that has no Job: one that was just written, or one between two attempts. Pure.
#pragma once

#include "operator/reconcile/decide.h"
#include "operator/reconcile/observed.h"

namespace controller::reconcile {

// status.run's Job is not there and was never seen. Here and nowhere else Jobs are created, and only from a status.run that is written already, so that an
// operator killed at any line finds the Job again by its name.
Decision pending(const Observed &observed);

// The name of status.run's Job is taken: by somebody else's, or by one of ours from before the status was lost, whose report must not count.
Decision name_taken(const Observed &observed);

// Whether status.run's Job was made before this run, so that it belongs to an earlier life of the status.
bool is_from_before(const Observed &observed);

} // namespace controller::reconcile
