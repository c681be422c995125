// See show.h.
#include "operator/reconcile/show.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "operator/api/bounded_text.h"
#include "operator/job/job.h"
#include "operator/reconcile/failure.h"

namespace controller::reconcile {

using api::ConditionType;
using api::Reason;

Decision unchanged(const Observed &observed) {
  Decision decision;
  decision.status = observed.migration.status;
  return decision;
}

std::string attempt_key(const api::Run &run) {
  return fmt::format("{}.{}.{}", run.sequence, api::name(run.kind), run.attempt);
}

void add_note(Decision &decision, bool warning, std::string_view reason, const std::string &message, std::string key) {
  constexpr std::size_t kLongestNote = 1'000;
  decision.notes.push_back({warning, std::string(reason), api::bounded_text(message, kLongestNote), std::move(key)});
}

void show_reconciling(Decision &decision, const Observed &observed, Reason reason, const std::string &message, bool note) {
  const api::Condition *before = api::find_condition(decision.status, ConditionType::Reconciling);
  if (note && (before == nullptr || before->reason != api::name(reason)) && decision.status.run)
    add_note(decision, true, api::name(reason), message, attempt_key(*decision.status.run));
  const std::int64_t generation = decision.status.observed_generation;
  api::set_condition(decision.status, ConditionType::Reconciling, {true, reason, message}, generation, observed.now);
  api::set_condition(decision.status, ConditionType::Ready, {false, reason, message}, generation, observed.now);
}

void show_stalled(Decision &decision, const Observed &observed, Reason reason, const std::string &message) {
  const std::int64_t generation = decision.status.observed_generation;
  api::set_condition(decision.status, ConditionType::Stalled, {true, reason, message}, generation, observed.now);
  api::set_condition(decision.status, ConditionType::Ready, {false, reason, message}, generation, observed.now);
}

void show_suspended(Decision &decision, const Observed &observed, const std::string &what_is_due) {
  decision.status.observed_generation = observed.migration.generation;
  api::remove_condition(decision.status, ConditionType::Reconciling);
  api::set_condition(decision.status, ConditionType::Ready,
                     {false, Reason::Suspended,
                      fmt::format("spec.suspend holds it back: {}. Set spec.suspend to false to let it go on.", what_is_due)},
                     observed.migration.generation, observed.now);
}

bool stays_stalled(const api::Status &status) {
  return status.run && status.run->attempt > 1 && status.last_run && status.last_run->sequence == status.run->sequence &&
         status.last_run->reason != api::name(Reason::Retrying);
}

std::string where_it_is(const api::Status &status) {
  if (status.current_revisions.empty()) return "the database is empty";
  return fmt::format("the database is at {}", fmt::join(status.current_revisions, ", "));
}

void show_last_run(Decision &decision, const Observed &observed) {
  const api::Status &status = decision.status;
  if (!status.last_run) return;
  const api::FinishedRun &last = *status.last_run;
  if (!last.happy()) {
    const std::string message = failure_message(decision.status, observed.migration.spec);
    if (const Reason reason = reason_named(last.reason); status.run && reason == Reason::Retrying)
      show_reconciling(decision, observed, reason, message);
    else
      show_stalled(decision, observed, reason, message);
    return;
  }
  const bool ahead = last.outcome == "Ahead";
  const std::string message =
      ahead ? fmt::format("{}, which has all that the runner's files want and more", where_it_is(status)) : where_it_is(status);
  api::remove_condition(decision.status, ConditionType::Reconciling);
  api::remove_condition(decision.status, ConditionType::Stalled);
  api::set_condition(decision.status, ConditionType::Ready, {true, ahead ? Reason::Ahead : Reason::UpToDate, message},
                     status.observed_generation, observed.now);
}

std::optional<Decision> invalid_spec(const Observed &observed) {
  const tl::expected<void, api::Malformed> checked = job::check_pod_template(observed.migration.spec.pod_template);
  if (checked) return std::nullopt;
  Decision decision = unchanged(observed);
  decision.status.observed_generation = observed.migration.generation;
  const std::string message =
      api::bounded_text(fmt::format("{}: {}", checked.error().field, checked.error().message), api::kLongestMessage);
  const api::Condition *before = api::find_condition(decision.status, ConditionType::Stalled);
  if (before == nullptr || before->reason != api::name(Reason::InvalidSpec) || before->message != message)
    add_note(decision, true, api::name(Reason::InvalidSpec), message, std::to_string(observed.migration.generation));
  show_stalled(decision, observed, Reason::InvalidSpec, message);
  return decision;
}

} // namespace controller::reconcile
