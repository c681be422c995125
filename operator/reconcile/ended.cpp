// See ended.h.
#include "operator/reconcile/ended.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "operator/api/bounded_text.h"
#include "operator/api/limits.h"
#include "operator/job/job.h"
#include "operator/reconcile/approval.h"
#include "operator/reconcile/asked.h"
#include "operator/reconcile/failure.h"
#include "operator/reconcile/planned.h"
#include "operator/reconcile/reported.h"
#include "operator/reconcile/retry.h"
#include "operator/reconcile/show.h"
#include "operator/reconcile/start.h"

namespace controller::reconcile {

using api::ConditionType;
using api::Reason;
using api::RunKind;

namespace {

api::FinishedRun finished(const Observed &observed, const Ending &ending) {
  const api::Run &run = *observed.migration.status.run;
  api::FinishedRun result;
  result.sequence = run.sequence;
  result.kind = run.kind;
  result.attempt = run.attempt;
  result.job = run.job;
  result.input_hash = run.input_hash;
  result.target = run.target;
  result.exact = run.exact;
  result.generation = run.generation;
  result.requests = run.requests;
  result.exit_code = ending.exit_code;
  result.start_time = run.start_time;
  result.image_id = ending.image_id;
  result.seconds = std::max<std::int64_t>(0, (observed.now - run.start_time).count());
  return result;
}

// An end that is not a success: what the report still tells, and last_run and the history with the reason that it leads to.
void record_failure(Decision &decision, const Observed &observed, const Ending &ending, Reason reason) {
  api::Status &status = decision.status;
  api::FinishedRun run = finished(observed, ending);
  run.outcome = "Failed";
  run.reason = api::name(reason);
  run.failed.emplace();
  if (ending.report) {
    if (ending.report->outcome == "Reverted" || ending.report->outcome == "Restored") run.outcome = ending.report->outcome;
    if (ending.report->failed) run.failed = ending.report->failed;
    take_over(status, *ending.report, {}, observed.now);
  } else if (ending.exit_code != 0 || ending.kind == EndKind::Final) {
    forget_what_may_be_gone(status);
  }
  if (run.failed->message.empty()) run.failed->message = api::bounded_text(ending.cause, api::kLongestText);
  status.last_run = run;
  remember(status, run);
}

void show_backup(Decision &decision, const Observed &observed, const Ending &ending) {
  const std::int64_t generation = observed.migration.status.run->generation;
  if (ending.report && ending.report->backup) {
    const api::LastBackup &backup = *ending.report->backup;
    api::set_condition(decision.status, ConditionType::BackedUp,
                       {true, Reason::BackupTaken,
                        fmt::format("backup {} ({} bytes, verified: {}) was taken by run {}", backup.id, backup.bytes,
                                    backup.verified.empty() ? "none" : backup.verified, observed.migration.status.run->sequence)},
                       generation, observed.now);
  } else if (ending.reason == Reason::BackupFailed && ending.kind == EndKind::Later) {
    api::set_condition(decision.status, ConditionType::BackedUp, {false, Reason::BackupNotTaken, ending.cause}, generation,
                       observed.now);
  } else if (observed.migration.spec.backup.policy == api::BackupPolicy::Never) {
    api::remove_condition(decision.status, ConditionType::BackedUp);
  }
}

Decision succeeded(const Observed &observed, const Ending &ending) {
  Decision decision = unchanged(observed);
  api::Status &status = decision.status;
  const api::Run run = *status.run;
  api::FinishedRun last = finished(observed, ending);
  last.outcome = ending.report->outcome;
  last.reason = api::name(last.outcome == "Ahead" ? Reason::Ahead : Reason::UpToDate);
  take_over(status, *ending.report, image_of_files(observed, ending.image), observed.now);
  show_backup(decision, observed, ending);
  status.last_success = api::LastSuccess{run.target, run.exact};
  status.last_run = last;
  remember(status, last);
  status.run.reset();
  status.plan.reset();
  show_last_run(decision, observed);
  add_note(decision, false, "RunSucceeded", fmt::format("run {} to {}: {}", run.sequence, run.target, where_it_is(status)),
           attempt_key(run));
  decision.run_result = "succeeded";
  return decision;
}

// The steps of a plan, those down among them even where the report had to cut the others.
std::vector<api::PlanStep> steps_of(const api::RunnerReport &report) {
  std::vector<api::PlanStep> steps = report.steps;
  const auto listed = [&](const std::string &revision) {
    return std::any_of(steps.begin(), steps.end(), [&](const api::PlanStep &step) { return step.revision == revision; });
  };
  std::vector<api::PlanStep> more;
  for (const std::string &revision : report.down_revisions)
    if (!listed(revision)) more.push_back({revision, "down", true});
  steps.insert(steps.end(), more.begin(), more.end());
  if (steps.size() > api::kMostSteps) steps.resize(api::kMostSteps);
  return steps;
}

Decision plan_made(const Observed &observed, const Ending &ending) {
  Decision decision = unchanged(observed);
  const api::RunnerReport &report = *ending.report;
  api::PlanStatus plan;
  plan.hash = report.plan_hash;
  plan.sequence = decision.status.run->sequence;
  plan.id = plan_id(report.plan_hash, observed.migration.uid, plan.sequence);
  plan.destructive = report.destructive;
  plan.steps = steps_of(report);
  plan.kinds = report.kinds;
  plan.findings = report.findings;
  if (observed.migration.spec.plan_includes_sql) plan.sql = report.sql;
  take_over(decision.status, report, {}, observed.now);
  decision.status.plan = std::move(plan);
  show_plan(decision, observed);
  return decision;
}

// The attempt that follows: of the same run, with the annotations' newest word on what may mend it.
void next_attempt(Decision &decision, const Observed &observed, api::Time not_before) {
  const api::Migration &migration = observed.migration;
  api::Run &run = *decision.status.run;
  ++run.attempt;
  run.job_uid.clear();
  run.progress.reset();
  run.not_before = not_before;
  const api::Requests asked = requests_of(migration);
  run.requests.adopt = asked.adopt;
  run.requests.force = asked.force;
  run.job = job::job_name(migration.name, migration.uid, run);
}

Decision again(const Observed &observed, const Ending &ending) {
  Decision decision = unchanged(observed);
  const api::Run run = *decision.status.run;
  const bool past_deadline = observed.now - run.start_time >= observed.migration.spec.retry_deadline;
  const bool was_stalled = stays_stalled(decision.status);
  const bool slow = ending.kind == EndKind::Later || past_deadline || was_stalled;
  const Reason reason = ending.kind == EndKind::Later ? ending.reason : slow ? Reason::RetriesExhausted : Reason::Retrying;
  const bool same_as_before = was_stalled && decision.status.last_run->reason == api::name(reason);
  record_failure(decision, observed, ending, reason);
  show_backup(decision, observed, ending);
  next_attempt(decision, observed, observed.now + (slow ? long_wait(observed.jitter) : backoff(run.attempt, observed.jitter)));
  show_last_run(decision, observed);
  const std::string message = failure_message(decision.status, observed.migration.spec);
  if (!slow) add_note(decision, true, "Retrying", message, attempt_key(run));
  if (slow && !same_as_before) {
    if (reason == Reason::BackupFailed) add_note(decision, true, "BackupFailed", message, attempt_key(run));
    add_note(decision, true, "RunFailed", message, attempt_key(run));
  }
  decision.run_result = slow && !was_stalled ? "failed" : "retried";
  // A Job every 10 minutes would pile up until it expires; the report has told all that its log could.
  if (was_stalled && ending.report && observed.job) decision.remove_job = observed.job->uid;
  decision.look_again = *decision.status.run->not_before - observed.now;
  return decision;
}

Decision failed(const Observed &observed, const Ending &ending) {
  Decision decision = unchanged(observed);
  const api::Run run = *decision.status.run;
  record_failure(decision, observed, ending, ending.reason);
  show_backup(decision, observed, ending);
  decision.status.run.reset();
  decision.status.plan.reset();
  show_last_run(decision, observed);
  add_note(decision, true, "RunFailed", failure_message(decision.status, observed.migration.spec), attempt_key(run));
  decision.run_result = "failed";
  return decision;
}

// Runs in a row, newest first, that found another plan than theirs.
int replanned_in_a_row(const api::Status &status) {
  int count = 0;
  for (const api::FinishedRun &run : status.history) {
    if (run.kind == RunKind::Verify) continue;
    if (run.reason != api::name(Reason::ApprovalPlanChanged)) break;
    ++count;
  }
  return count;
}

Decision planned_anew(const Observed &observed, const Ending &ending) {
  Decision decision = unchanged(observed);
  const api::Run run = *decision.status.run;
  record_failure(decision, observed, ending, Reason::ApprovalPlanChanged);
  add_note(decision, true, "ApprovalPlanChanged",
           fmt::format("run {} did nothing, for what it would have done is not what was planned: {}", run.sequence, ending.cause),
           attempt_key(run));
  const int count = replanned_in_a_row(decision.status);
  Decision next = plan_again(observed, std::move(decision), observed.now + backoff(count, observed.jitter));
  next.run_result = "retried";
  return next;
}

bool same_heads(std::vector<std::string> left, std::vector<std::string> right) {
  std::sort(left.begin(), left.end());
  std::sort(right.begin(), right.end());
  return left == right;
}

std::string heads(const std::vector<std::string> &list) {
  return list.empty() ? std::string("nothing") : fmt::format("{}", fmt::join(list, ", "));
}

// What the verification found elsewhere than the last run left it; empty: nothing.
std::string drift(const api::Status &status, const Ending &ending) {
  if (ending.report && ending.exit_code == 21) return ending.cause;
  if (!same_heads(ending.report->heads_before, status.current_revisions))
    return fmt::format("the database is at {}, and the last run left it at {}", heads(ending.report->heads_before),
                       heads(status.current_revisions));
  if (ending.report->outcome == "Moves") return "the runner's files now hold other steps to the target";
  return {};
}

} // namespace

Decision ended(const Observed &observed, const Ending &ending) {
  switch (ending.kind) {
  case EndKind::Succeeded:
    if (observed.migration.status.run->kind == RunKind::Plan && ending.report->outcome == "Moves")
      return plan_made(observed, ending);
    return succeeded(observed, ending);
  case EndKind::Again:
  case EndKind::Later:
    return again(observed, ending);
  case EndKind::PlanAgain:
    return planned_anew(observed, ending);
  case EndKind::Final:
    break;
  }
  return failed(observed, ending);
}

Decision verified(const Observed &observed, const Ending &ending) {
  Decision decision = unchanged(observed);
  api::Status &status = decision.status;
  const api::Run run = *status.run;
  const bool told = ending.kind == EndKind::Succeeded || (ending.report && ending.exit_code == 21);
  const std::string found = told ? drift(status, ending) : std::string();
  api::FinishedRun last = finished(observed, ending);
  last.outcome = !told ? "Failed" : found.empty() ? "InSync" : "Drifted";
  last.reason = api::name(!told ? ending.reason : found.empty() ? Reason::NoDrift : Reason::DriftFound);
  remember(status, last);
  status.run.reset();
  status.last_verified = observed.now;
  if (!told) {
    add_note(decision, true, "VerificationFailed",
             fmt::format("verification {} told nothing: {}. It comes again after spec.interval.", run.sequence, ending.cause),
             attempt_key(run));
    return decision;
  }
  const bool was_drifted = api::is_true(status, ConditionType::Drifted);
  const std::string message =
      found.empty() ? where_it_is(status)
                    : fmt::format("{}. Nothing was changed; to run the migration again, set the annotation {} to a new value.",
                                  found, api::kRequestedAt);
  if (!found.empty() && !was_drifted) add_note(decision, true, "Drifted", message, attempt_key(run));
  api::set_condition(status, ConditionType::Drifted,
                     {!found.empty(), found.empty() ? Reason::NoDrift : Reason::DriftFound, message},
                     observed.migration.generation, observed.now);
  return decision;
}

} // namespace controller::reconcile
