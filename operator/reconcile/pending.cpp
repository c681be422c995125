// See pending.h.
#include "operator/reconcile/pending.h"

#include <algorithm>

#include <fmt/format.h>

#include "operator/reconcile/asked.h"
#include "operator/reconcile/hold.h"
#include "operator/reconcile/show.h"
#include "operator/reconcile/start.h"
#include "operator/reconcile/stuck.h"

namespace controller::reconcile {

using api::Reason;

namespace {

constexpr std::chrono::seconds kLookForSlot{15};
constexpr std::chrono::seconds kLookAtAppsAgain{60};
constexpr std::chrono::seconds kLookAtJob{30};
constexpr std::chrono::seconds kLookAtName{60};

std::string about(const api::Run &run) {
  return fmt::format("run {} ({}) to {}", run.sequence, api::name(run.kind), run.target);
}

// Verify runs touch no condition but Drifted, and a run that stays Stalled shows that.
bool is_shown(const Decision &decision) {
  return decision.status.run->kind != api::RunKind::Verify && !stays_stalled(decision.status);
}

// Whether an Event tells it: somebody has to do something about it.
bool is_told(Reason reason) {
  return reason != Reason::RunPending && reason != Reason::WaitingForSlot;
}

Decision waits(const Observed &observed, Reason reason, const std::string &message, std::chrono::milliseconds look_again) {
  Decision decision = unchanged(observed);
  if (is_shown(decision)) show_reconciling(decision, observed, reason, message, is_told(reason));
  decision.look_again = look_again;
  return decision;
}

// `trouble` without a Job is the API server's refusal to create it: that is told, and tried again.
Decision create(const Observed &observed) {
  Decision decision = unchanged(observed);
  const api::Condition *shown = api::find_condition(decision.status, api::ConditionType::Reconciling);
  const auto shows = [&](Reason reason) { return shown != nullptr && shown->reason == api::name(reason); };
  if (const std::optional<Stuck> refused = why_stuck(observed, shown))
    decision = waits(observed, refused->reason, refused->message, kLookAtJob);
  else if (!shows(Reason::RunPending) && !shows(Reason::Retrying) && !shows(Reason::ApprovalPlanChanged))
    decision = waits(observed, Reason::RunPending, fmt::format("{} is about to start", about(*decision.status.run)), kLookAtJob);
  decision.look_again = kLookAtJob;
  decision.create_job = true;
  return decision;
}

// The new run if the one that waits gives way, or why it cannot; nullopt: it goes on.
std::optional<Decision> replaced(const Observed &observed) {
  const std::optional<std::string> why = why_replaced(observed);
  if (observed.migration.spec.suspend) {
    Decision decision = unchanged(observed);
    const bool verify = observed.migration.status.run->kind == api::RunKind::Verify;
    if (why || !verify) show_suspended(decision, observed, why ? *why : fmt::format("{} waits", about(*decision.status.run)));
    return decision;
  }
  if (why || observed.migration.status.run->attempt == 1)
    if (std::optional<Decision> invalid = invalid_spec(observed)) return invalid;
  if (why) return start_run(observed, *why);
  if (observed.migration.generation <= observed.migration.status.run->generation) return std::nullopt;
  Decision decision = unchanged(observed);
  decision.status.run->generation = observed.migration.generation;
  decision.status.observed_generation = observed.migration.generation;
  return decision;
}

} // namespace

Decision pending(const Observed &observed) {
  if (std::optional<Decision> other = replaced(observed)) return *other;
  const api::Run &run = *observed.migration.status.run;
  if (run.not_before && *run.not_before > observed.now) {
    Decision decision = unchanged(observed);
    if (run.attempt > 1) show_last_run(decision, observed);
    decision.look_again = *run.not_before - observed.now;
    return decision;
  }
  if (run.kind == api::RunKind::Migrate && run.attempt == 1)
    if (const std::optional<std::string> apps = apps_in_the_way(observed))
      return waits(observed, Reason::AppsStillRequireRevision, *apps, kLookAtAppsAgain);
  if (!observed.slot_free)
    return waits(observed, Reason::WaitingForSlot, fmt::format("{} waits for one of the others to end", about(run)),
                 kLookForSlot);
  return create(observed);
}

bool is_from_before(const Observed &observed) {
  constexpr std::chrono::minutes kClockSkew{5};
  const api::Run &run = *observed.migration.status.run;
  return observed.job && run.job_uid.empty() && observed.job->created && *observed.job->created + kClockSkew < run.start_time;
}

Decision name_taken(const Observed &observed) {
  if (observed.job->ours) return start_run(observed, "its Job's name was taken by a Job from before");
  if (std::optional<Decision> other = replaced(observed)) return *other;
  Decision decision = unchanged(observed);
  const std::string message = fmt::format(
      "Job {} in namespace {} belongs to somebody else, and {} needs the name. Delete or rename that Job; it goes on by "
      "itself then.",
      observed.job->name, observed.migration.name_space, about(*decision.status.run));
  if (const api::Condition *before = api::find_condition(decision.status, api::ConditionType::Stalled);
      before == nullptr || before->reason != api::name(Reason::JobNameTaken))
    add_note(decision, true, api::name(Reason::JobNameTaken), message, attempt_key(*decision.status.run));
  show_stalled(decision, observed, Reason::JobNameTaken, message);
  decision.look_again = kLookAtName;
  return decision;
}

} // namespace controller::reconcile
