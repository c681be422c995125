// Following the version table's rows; see heads.h. A row goes when something that needs its revision is applied, and comes back
// when the last such revision has gone.
#include "migrator/graph/heads.h"

#include <algorithm>

#include <fmt/format.h>

#include "migrator/graph/target.h"
#include "migrator/graph/wording.h"

namespace migrator::graph {

Result<HeadTracker> HeadTracker::at(const RevisionMap &map, const std::vector<std::string> &heads) {
  Result<Standing> standing = standing_at(map, heads);
  if (!standing) return fail(std::move(standing.error()));
  HeadTracker tracker(map);
  tracker.applied_ = std::move(standing->applied);
  for (const Index index : tracker.applied_.members())
    for (const Index needed : map.links(Relation::Needs)[index]) ++tracker.needers_[needed];
  tracker.rows_.insert(standing->rows.begin(), standing->rows.end());
  return tracker;
}

Result<HeadChange> HeadTracker::apply(const WalkStep &step) {
  const std::optional<Index> index = map_->position(step.revision);
  const bool up = step.direction == Direction::Up;
  const auto misfit = [&](std::string_view why) {
    return fail(ErrorCode::Internal,
                fmt::format("a step {} through {} does not fit the version table: {}; please report this", name(step.direction),
                            in_quotes(step.revision), why),
                {step.revision});
  };
  if (!index) return misfit("no such revision");
  if (applied_.contains(*index) == up) return misfit(up ? "it is applied" : "it is not applied");
  const auto needs = map_->links(Relation::Needs)[*index];
  if (up && !std::all_of(needs.begin(), needs.end(), [&](Index needed) { return applied_.contains(needed); }))
    return misfit("something it needs is not applied");
  if (!up && needers_[*index] > 0) return misfit("something applied needs it");
  return up ? go_up(*index) : go_down(*index);
}

HeadChange HeadTracker::go_up(Index index) {
  HeadChange change;
  for (const Index needed : map_->links(Relation::Needs)[index]) {
    ++needers_[needed];
    if (rows_.erase(map_->id(needed)) > 0) change.removed.push_back(map_->id(needed));
  }
  std::sort(change.removed.begin(), change.removed.end());
  applied_.insert(index);
  rows_.insert(map_->id(index));
  change.added = {map_->id(index)};
  return change;
}

HeadChange HeadTracker::go_down(Index index) {
  HeadChange change;
  for (const Index needed : map_->links(Relation::Needs)[index])
    if (--needers_[needed] == 0 && rows_.insert(map_->id(needed)).second) change.added.push_back(map_->id(needed));
  std::sort(change.added.begin(), change.added.end());
  applied_.erase(index);
  rows_.erase(map_->id(index));
  change.removed = {map_->id(index)};
  return change;
}

Result<HeadChange> head_change(const RevisionMap &map, const std::vector<std::string> &heads, const WalkStep &step) {
  Result<HeadTracker> tracker = HeadTracker::at(map, heads);
  if (!tracker) return fail(std::move(tracker.error()));
  return tracker->apply(step);
}

} // namespace migrator::graph
