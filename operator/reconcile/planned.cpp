// See planned.h.
#include "operator/reconcile/planned.h"

#include <fmt/format.h>

#include "migrator/script/sha256.h"
#include "operator/api/bounded_text.h"
#include "operator/reconcile/approval.h"
#include "operator/reconcile/asked.h"
#include "operator/reconcile/hold.h"
#include "operator/reconcile/show.h"
#include "operator/reconcile/start.h"

namespace controller::reconcile {

using api::ConditionType;
using api::Reason;

namespace {

constexpr std::chrono::seconds kLookAtAppsAgain{60};

std::string how_to_approve(const api::Migration &migration, const api::PlanStatus &plan) {
  return fmt::format("read status.plan, then approve it with `kubectl annotate migration {} -n {} --overwrite {}={}`",
                     migration.name, migration.name_space, api::kApprove, plan.id);
}

// Told once a plan, when it begins to wait.
void note_waiting(Decision &decision, const std::string &message) {
  if (!api::find_condition(decision.status, ConditionType::Approved))
    add_note(decision, false, "AwaitingApproval", message, decision.status.plan->id);
}

void show_missing(Decision &decision, const Observed &observed, const std::string &why) {
  const api::PlanStatus &plan = *decision.status.plan;
  const std::string message =
      fmt::format("plan {} waits for approval, for {}: {}", plan.id, why, how_to_approve(observed.migration, plan));
  note_waiting(decision, message);
  api::set_condition(decision.status, ConditionType::Approved, {false, Reason::AwaitingApproval, message},
                     decision.status.observed_generation, observed.now);
  show_reconciling(decision, observed, Reason::AwaitingApproval, message);
}

void show_rejected(Decision &decision, const Observed &observed, const std::string &why) {
  const api::PlanStatus &plan = *decision.status.plan;
  const std::string named = annotation(observed.migration, api::kApprove);
  const bool used = named == decision.status.last_handled_approval;
  constexpr std::size_t kLongestName = 64;
  const std::string message = api::bounded_text(fmt::format("{} names {}, {}; plan {} waits for approval, for {}: {}",
                                                            api::kApprove, api::bounded_text(named, kLongestName),
                                                            used ? "which was used before" : "which is not the plan that waits",
                                                            plan.id, why, how_to_approve(observed.migration, plan)),
                                                api::kLongestMessage);
  note_waiting(decision, message);
  const api::Condition *before = api::find_condition(decision.status, ConditionType::Approved);
  if (before == nullptr || before->message != message) {
    constexpr std::size_t kDigits = 12;
    add_note(decision, true, "ApprovalRejected", message,
             migrator::script::sha256_hex(named + "\n" + plan.id).substr(0, kDigits));
  }
  api::set_condition(decision.status, ConditionType::Approved, {false, Reason::ApprovalRejected, message},
                     decision.status.observed_generation, observed.now);
  show_reconciling(decision, observed, Reason::AwaitingApproval, message);
}

// Leaves the plan by `next` once its Job is gone.
Decision leave(const Observed &observed, Decision next) {
  if (!observed.job || !observed.job->ours) return next;
  Decision decision = unchanged(observed);
  if (!observed.job->deleting) decision.remove_job = observed.job->uid;
  return decision;
}

enum class Verdict : std::uint8_t { Goes, Waits, Rejected, Held };

struct Judged {
  Verdict verdict = Verdict::Goes;
  std::string why; // it waits or is held
};

Judged judge(const Observed &observed) {
  const api::PlanStatus &plan = *observed.migration.status.plan;
  if (const std::optional<std::string> why = why_consent(observed.migration.spec, plan)) {
    const Consent consent = consent_to(observed.migration, plan);
    if (consent == Consent::Missing) return {Verdict::Waits, *why};
    if (consent == Consent::Rejected) return {Verdict::Rejected, *why};
  }
  if (const std::optional<std::string> apps = apps_in_the_way(observed)) return {Verdict::Held, *apps};
  return {};
}

void show(Decision &decision, const Observed &observed, const Judged &judged) {
  switch (judged.verdict) {
  case Verdict::Waits:
    return show_missing(decision, observed, judged.why);
  case Verdict::Rejected:
    return show_rejected(decision, observed, judged.why);
  case Verdict::Held:
    decision.look_again = kLookAtAppsAgain;
    return show_reconciling(decision, observed, Reason::AppsStillRequireRevision, judged.why, true);
  case Verdict::Goes:
    return;
  }
}

} // namespace

bool is_planned(const api::Status &status) {
  return status.run && status.run->kind == api::RunKind::Plan && status.plan && status.plan->sequence == status.run->sequence;
}

void show_plan(Decision &decision, const Observed &observed) {
  Observed with_plan = observed;
  with_plan.migration.status = decision.status;
  show(decision, observed, judge(with_plan));
}

Decision planned(const Observed &observed) {
  const api::Migration &migration = observed.migration;
  const std::optional<std::string> replaced = why_replaced(observed);
  const Judged judged = judge(observed);
  if (migration.spec.suspend && (replaced || judged.verdict == Verdict::Goes)) {
    Decision decision = unchanged(observed);
    show_suspended(decision, observed, replaced ? *replaced : fmt::format("plan {} is decided", migration.status.plan->id));
    return decision;
  }
  if (replaced || judged.verdict == Verdict::Goes) {
    if (std::optional<Decision> invalid = invalid_spec(observed)) return *invalid;
    if (replaced) return leave(observed, start_run(observed, *replaced));
    return leave(observed, start_after_plan(observed, why_consent(migration.spec, *migration.status.plan).has_value()));
  }
  Decision decision = unchanged(observed);
  decision.status.observed_generation = migration.generation;
  show(decision, observed, judged);
  return decision;
}

} // namespace controller::reconcile
