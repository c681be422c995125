// See plan_check.h.
#include "migrator/commands/plan_check.h"

#include <fmt/format.h>

namespace migrator::commands {

Status check_plan(const execute::RunOptions &options, const ledger::State &state, const plan::Plan &plan) {
  if (options.approved_hash) {
    const auto kept = state.meta.find("approved_plan");
    const std::optional<plan::ApprovedPlan> before =
        kept == state.meta.end() ? std::nullopt : plan::approved_from_json(kept->second);
    if (!plan::approved_by(plan, *options.approved_hash, before))
      return fail(ErrorCode::ApprovalNeeded,
                  fmt::format("the plan is {} and not the approved one, {}; look at it with `migrator plan`, then approve it",
                              plan.hash, *options.approved_hash),
                  {plan.hash});
  }
  if (options.on_failure != execute::OnFailure::Revert || plan.revertible()) return {};
  return fail(
      ErrorCode::Usage,
      "--on-failure revert cannot take this plan back: it has a step down, a resumed, irreversible, non-transactional or data "
      "step; run it without, or upgrade to the revision before it first");
}

} // namespace migrator::commands
