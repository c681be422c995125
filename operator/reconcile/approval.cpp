// See approval.h.
#include "operator/reconcile/approval.h"

#include <algorithm>

#include <fmt/format.h>

#include "migrator/script/sha256.h"
#include "operator/reconcile/asked.h"

namespace controller::reconcile {

namespace {

bool goes_down(const api::PlanStatus &plan) {
  const bool step = std::any_of(plan.steps.begin(), plan.steps.end(),
                                [](const api::PlanStep &candidate) { return candidate.direction == "down"; });
  return step || std::find(plan.kinds.begin(), plan.kinds.end(), "down") != plan.kinds.end();
}

} // namespace

std::string plan_id(const std::string &plan_hash, const std::string &uid, std::int64_t sequence) {
  constexpr std::size_t kDigits = 16;
  return migrator::script::sha256_hex(fmt::format("{}\n{}\n{}", plan_hash, uid, sequence)).substr(0, kDigits);
}

std::optional<std::string> why_consent(const api::Spec &spec, const api::PlanStatus &plan) {
  if (empties_the_database(spec.target)) return "the target base empties the database";
  if (spec.approval == api::Approval::Manual) return "spec.approval is Manual";
  if (spec.approval == api::Approval::Destructive && plan.destructive) return "spec.approval is Destructive and the plan is";
  if (spec.downgrade == api::Downgrade::Approve && goes_down(plan)) return "spec.downgrade is Approve and the plan goes down";
  return std::nullopt;
}

Consent consent_to(const api::Migration &migration, const api::PlanStatus &plan) {
  const std::string named = annotation(migration, api::kApprove);
  if (named.empty()) return Consent::Missing;
  return named == plan.id && named != migration.status.last_handled_approval ? Consent::Given : Consent::Rejected;
}

} // namespace controller::reconcile
