// See start.h.
#include "operator/reconcile/start.h"

#include <algorithm>

#include <fmt/format.h>

#include "operator/job/job.h"
#include "operator/reconcile/asked.h"
#include "operator/reconcile/planned.h"
#include "operator/reconcile/retry.h"
#include "operator/reconcile/show.h"

namespace controller::reconcile {

using api::Reason;
using api::RunKind;

namespace {

bool newly_adopted(const api::Migration &migration, const api::Requests &before) {
  const std::string adopt = annotation(migration, api::kAdopt);
  return !adopt.empty() && adopt != before.adopt;
}

// Of the spec as it is, without sequence, kind and what hangs on them.
api::Run run_of(const Observed &observed) {
  const api::Migration &migration = observed.migration;
  api::Run run;
  run.input_hash = job::input_hash(migration.spec);
  run.target = migration.spec.target;
  run.exact = migration.spec.exact;
  run.generation = migration.generation;
  run.requests = requests_of(migration);
  run.start_time = observed.now;
  run.allow_down = may_go_down(migration);
  return run;
}

void begin(Decision &decision, const Observed &observed, api::Run run) {
  const api::Migration &migration = observed.migration;
  run.job = job::job_name(migration.name, migration.uid, run);
  decision.status.run = std::move(run);
  decision.status.observed_generation = migration.generation;
}

void take_up_requests(api::Status &status, const api::Requests &requests) {
  if (!requests.requested_at.empty()) status.last_handled_requested_at = requests.requested_at;
  if (!requests.reconcile_at.empty()) status.last_handled_reconcile_at = requests.reconcile_at;
}

std::string pending_message(const api::Run &run, const std::string &why) {
  return fmt::format("run {} ({}) to {} is about to start: {}", run.sequence, api::name(run.kind), run.target, why);
}

Decision start_verify(const Observed &observed) {
  Decision decision = unchanged(observed);
  api::Run run = run_of(observed);
  run.kind = RunKind::Verify;
  run.sequence = next_sequence(observed.migration.status);
  run.requests = {};
  run.allow_down = false;
  begin(decision, observed, std::move(run));
  return decision;
}

// When the database is to be verified again; nullopt: never.
std::optional<api::Time> verify_at(const Observed &observed) {
  const api::Migration &migration = observed.migration;
  const std::optional<api::FinishedRun> &last = migration.status.last_run;
  if (migration.spec.interval.count() <= 0 || migration.spec.suspend || !last || !last->happy()) return std::nullopt;
  const api::Time ended = last->start_time + std::chrono::seconds(last->seconds);
  const api::Time since = std::max(ended, migration.status.last_verified.value_or(ended));
  return since + spread_interval(migration.spec.interval, observed.jitter);
}

} // namespace

std::optional<std::string> why_due(const Observed &observed) {
  const api::Migration &migration = observed.migration;
  const std::optional<api::FinishedRun> &last = migration.status.last_run;
  if (!last) return "there was none yet";
  if (last->input_hash != job::input_hash(migration.spec)) return "the target, the source or the database has changed";
  if (newly_requested(migration)) return "it was requested";
  if (last->happy()) return std::nullopt;
  if (migration.generation > last->generation) return "the spec was edited after a run that failed";
  if (newly_adopted(migration, last->requests)) return "the history is to be adopted";
  return std::nullopt;
}

std::optional<std::string> why_replaced(const Observed &observed) {
  const api::Migration &migration = observed.migration;
  const api::Run &run = *migration.status.run;
  if (run.kind == RunKind::Verify) return why_due(observed);
  if (run.input_hash != job::input_hash(migration.spec)) return "the target, the source or the database has changed";
  if (newly_requested(migration)) return "it was requested";
  const bool failed_before = run.attempt > 1 && !is_planned(migration.status);
  if (failed_before && migration.generation > run.generation) return "the spec was edited after an attempt that failed";
  if (failed_before && newly_adopted(migration, run.requests)) return "the history is to be adopted";
  if (failed_before) return std::nullopt;
  const bool planned = run.kind == RunKind::Plan || !run.approved_hash.empty();
  if (plan_comes_first(observed) && !planned) return "a plan comes first now";
  if (may_go_down(migration) != run.allow_down) return "whether it may go down has changed";
  return std::nullopt;
}

std::int64_t next_sequence(const api::Status &status) {
  std::int64_t last = 0;
  if (status.run) last = std::max(last, status.run->sequence);
  if (status.plan) last = std::max(last, status.plan->sequence);
  if (status.last_run) last = std::max(last, status.last_run->sequence);
  for (const api::FinishedRun &run : status.history) last = std::max(last, run.sequence);
  return last + 1;
}

Decision start_run(const Observed &observed, const std::string &why) {
  Decision decision = unchanged(observed);
  api::Run run = run_of(observed);
  run.kind = plan_comes_first(observed) ? RunKind::Plan : RunKind::Migrate;
  run.sequence = next_sequence(observed.migration.status);
  take_up_requests(decision.status, run.requests);
  begin(decision, observed, run);
  decision.status.plan.reset();
  api::remove_condition(decision.status, api::ConditionType::Approved);
  add_note(decision, false, "RunStarted",
           fmt::format("run {} ({}) to {}: {}", run.sequence, api::name(run.kind), run.target, why), attempt_key(run));
  show_reconciling(decision, observed, Reason::RunPending, pending_message(run, why));
  return decision;
}

Decision start_after_plan(const Observed &observed, bool approved) {
  Decision decision = unchanged(observed);
  const api::PlanStatus &plan = *observed.migration.status.plan;
  const api::Run &planned = *observed.migration.status.run;
  api::Run run = run_of(observed);
  run.kind = RunKind::Migrate;
  run.sequence = planned.sequence;
  run.approved_hash = plan.hash;
  run.requests.requested_at = planned.requests.requested_at;
  run.requests.reconcile_at = planned.requests.reconcile_at;
  begin(decision, observed, run);
  api::Finding consent{true, Reason::NoApprovalNeeded, fmt::format("plan {} needs no approval", plan.id)};
  if (approved) {
    decision.status.last_handled_approval = plan.id;
    consent = {true, Reason::ApprovedByAnnotation,
               fmt::format("plan {} was approved by the annotation {}", plan.id, api::kApprove)};
    add_note(decision, false, "Approved", consent.message, plan.id);
  }
  api::set_condition(decision.status, api::ConditionType::Approved, consent, observed.migration.generation, observed.now);
  show_reconciling(decision, observed, Reason::RunPending, pending_message(run, consent.message));
  return decision;
}

Decision plan_again(const Observed &observed, Decision decision, api::Time not_before) {
  api::Run run = run_of(observed);
  run.kind = RunKind::Plan;
  run.sequence = next_sequence(observed.migration.status);
  run.not_before = not_before;
  take_up_requests(decision.status, run.requests);
  begin(decision, observed, run);
  decision.status.plan.reset();
  api::remove_condition(decision.status, api::ConditionType::Approved);
  show_reconciling(decision, observed, Reason::ApprovalPlanChanged,
                   pending_message(run, fmt::format("what run {} would have done is not what was planned for it",
                                                    observed.migration.status.run->sequence)));
  return decision;
}

Decision idle(const Observed &observed) {
  const api::Migration &migration = observed.migration;
  if (const std::optional<std::string> due = why_due(observed)) {
    if (migration.spec.suspend) {
      Decision decision = unchanged(observed);
      show_suspended(decision, observed, fmt::format("a run is due, for {}", *due));
      return decision;
    }
    if (std::optional<Decision> invalid = invalid_spec(observed)) return *invalid;
    return start_run(observed, *due);
  }
  const std::optional<api::Time> verify = verify_at(observed);
  if (verify && *verify <= observed.now) return start_verify(observed);
  Decision decision = unchanged(observed);
  decision.status.observed_generation = migration.generation;
  show_last_run(decision, observed);
  if (verify) decision.look_again = *verify - observed.now;
  return decision;
}

} // namespace controller::reconcile
