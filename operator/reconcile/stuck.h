// Why a run's pod does not get to work, told from what Kubernetes says of the pod and of the Job. Pure.
#pragma once

#include <optional>
#include <string>

#include "operator/api/reasons.h"
#include "operator/reconcile/observed.h"

namespace controller::reconcile {

struct Stuck {
  api::Reason reason = api::Reason::RunPending;
  std::string message;
  bool never_started = false; // the container `migrator` has done nothing yet, so that taking the Job away harms nothing
};

// nullopt: nothing is known to be in the way. All of these pass by themselves once somebody has mended the cause, so the Job is left to recover.
// `shown` is the condition's reason and message as they stand: where Kubernetes changes its words all the time for one and the same cause, they stay.
std::optional<Stuck> why_stuck(const Observed &observed, const api::Condition *shown);

} // namespace controller::reconcile
