// See hold.h.
#include "operator/reconcile/hold.h"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "operator/reconcile/asked.h"

namespace controller::reconcile {

namespace {

using Revisions = std::set<std::string, std::less<>>;

// The revision that would go and that the pod requires; empty: none.
std::string required(const Dependent &dependent, const Revisions &going, const api::Status &status) {
  if (!dependent.revision.empty()) return going.count(dependent.revision) != 0 ? dependent.revision : std::string();
  for (const api::AppliedImage &applied : status.applied_images) {
    if (applied.image != dependent.image) continue;
    for (const std::string &head : applied.heads)
      if (going.count(head) != 0) return head;
  }
  return {};
}

} // namespace

std::optional<std::string> apps_in_the_way(const Observed &observed) {
  const api::Status &status = observed.migration.status;
  if (!observed.settings.gating || !status.plan || annotation(observed.migration, api::kForce) == status.plan->id)
    return std::nullopt;
  Revisions going;
  for (const api::PlanStep &step : status.plan->steps)
    if (step.direction == "down") going.insert(step.revision);
  std::vector<std::string> pods;
  for (const Dependent &dependent : observed.dependents)
    if (const std::string revision = required(dependent, going, status); !revision.empty())
      pods.push_back(fmt::format("{} ({})", dependent.name, revision));
  if (pods.empty()) return std::nullopt;
  std::sort(pods.begin(), pods.end());
  constexpr std::size_t kNamed = 5;
  const std::size_t more = pods.size() > kNamed ? pods.size() - kNamed : 0;
  pods.resize(pods.size() - more);
  return fmt::format(
      "pods require revisions that plan {} takes away: {}{}. It goes on when they are gone; to go down all the same, "
      "set the annotation {} to {}",
      status.plan->id, fmt::join(pods, ", "), more > 0 ? fmt::format(" and {} more", more) : std::string(), api::kForce,
      status.plan->id);
}

} // namespace controller::reconcile
