// See contained.h.
#include "operator/gate/contained.h"

#include <algorithm>

namespace controller::gate {

namespace {

constexpr std::size_t kMostPlanSteps = 100; // a list of this length may have been cut

template <typename List> bool has(const List &list, std::string_view wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

const api::AppliedImage *find_image(const api::Status &status, std::string_view image) {
  for (const api::AppliedImage &applied : status.applied_images)
    if (applied.image == image) return &applied;
  return nullptr;
}

} // namespace

bool contains_revision(const api::Status &status, std::string_view revision) {
  return has(status.applied_revisions, revision) || has(status.current_revisions, revision);
}

bool contains_image(const api::Status &status, std::string_view image) {
  return find_image(status, image) != nullptr;
}

bool revision_may_go(const api::Status &status, std::string_view revision) {
  if (!status.run || status.run->kind != api::RunKind::Migrate || !status.run->allow_down) return false;
  if (!status.plan || status.plan->sequence != status.run->sequence || status.plan->steps.size() >= kMostPlanSteps) return true;
  return std::any_of(status.plan->steps.begin(), status.plan->steps.end(),
                     [&](const api::PlanStep &step) { return step.direction == "down" && step.revision == revision; });
}

bool image_may_go(const api::Status &status, std::string_view image) {
  const api::AppliedImage *applied = find_image(status, image);
  return applied != nullptr && std::any_of(applied->heads.begin(), applied->heads.end(),
                                           [&](const std::string &head) { return revision_may_go(status, head); });
}

} // namespace controller::gate
