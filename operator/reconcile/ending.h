// What a finished Job means: its pods' exit codes and reports, judged by the trust that a runner gets. Pure. What follows for the status is decided in
// ended.h.
#pragma once

#include <optional>
#include <string>

#include "operator/api/reasons.h"
#include "operator/api/runner_report.h"
#include "operator/reconcile/observed.h"

namespace controller::reconcile {

enum class EndKind : std::uint8_t {
  Succeeded, // the container `migrator` exited 0 and left a valid report of this run
  Again,     // it may pass by itself: 10, 11, 143, a lost or killed pod, a deleted Job, an end without a report
  Later,     // 23 and 26: somebody has to mend something outside the spec; tried every 10 minutes
  PlanAgain, // 22: what would be done is not what was planned
  Final,     // an edit or a request has to come first
};

struct Ending {
  EndKind kind = EndKind::Again;
  api::Reason reason = api::Reason::Retrying; // of an end that is not Succeeded; Retrying with Again
  int exit_code = 0;                          // 0: none is known, or it is the success's
  std::string cause;                          // what went wrong, for a person, without advice; bounded by the caller
  std::optional<api::RunnerReport> report;    // valid, of this run, and its exit code is the container's
  std::string image;                          // of the pod that ended, as written
  std::string image_id;                       // the same as it ran
};

// Of status.run's Job, which has ended.
Ending read_ending(const Observed &observed);

// Of status.run's Job, which was seen once and is gone: somebody deleted it.
Ending deleted_job(const Observed &observed);

} // namespace controller::reconcile
