// See decide.h. The chain: each state that a Migration's run can be in has one function that decides, in a file of its own.
#include "operator/reconcile/decide.h"

#include "operator/reconcile/ended.h"
#include "operator/reconcile/ending.h"
#include "operator/reconcile/pending.h"
#include "operator/reconcile/planned.h"
#include "operator/reconcile/running.h"
#include "operator/reconcile/show.h"
#include "operator/reconcile/start.h"

namespace controller::reconcile {

namespace {

Decision after_the_end(const Observed &observed, const Ending &ending) {
  const bool verify = observed.migration.status.run->kind == api::RunKind::Verify;
  return verify ? verified(observed, ending) : ended(observed, ending);
}

// A Job that was deleted under its pod: the pod may still be at work until the kubelet has stopped it.
bool a_pod_lives(const Observed &observed) {
  for (const PodView &pod : observed.pods)
    if (!pod.exit_code && pod.phase != "Succeeded" && pod.phase != "Failed") return true;
  return false;
}

Decision deleted(const Observed &observed) {
  constexpr std::chrono::seconds kLookAtPod{10};
  if (!a_pod_lives(observed)) {
    // Not an attempt that failed: the Job went for the sake of an edit (running.h), or at least in the same moment.
    const api::Migration &migration = observed.migration;
    const bool newer =
        migration.status.run->kind != api::RunKind::Verify && migration.generation > migration.status.run->generation;
    const std::optional<std::string> why = why_replaced(observed);
    if ((why || newer) && !migration.spec.suspend) return start_run(observed, why.value_or("the spec was edited"));
    return after_the_end(observed, deleted_job(observed));
  }
  Decision decision = unchanged(observed);
  decision.look_again = kLookAtPod;
  return decision;
}

} // namespace

Decision decide(const Observed &observed) {
  const api::Migration &migration = observed.migration;
  if (migration.deleting) return unchanged(observed);
  if (!migration.status.run) return idle(observed);
  if (is_planned(migration.status)) return planned(observed);
  if (!observed.job) return migration.status.run->job_uid.empty() ? pending(observed) : deleted(observed);
  if (!observed.job->ours || is_from_before(observed)) return name_taken(observed);
  if (observed.job->end == JobEnd::None) return running(observed);
  return after_the_end(observed, read_ending(observed));
}

} // namespace controller::reconcile
