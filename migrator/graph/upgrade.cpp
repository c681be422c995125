// upgrade(): everything that a target needs and that is not applied; see walk.h.
#include <utility>

#include "migrator/graph/assemble.h"
#include "migrator/graph/target.h"
#include "migrator/graph/walk.h"

namespace migrator::graph {

namespace {

Result<std::vector<Index>> wanted(const RevisionMap &map, const Target &target, const Standing &standing) {
  if (!target.relative_to_current()) return resolve_absolute(map, target);
  const Result<Place> place = resolve_up_from(map, target, standing);
  if (!place) return fail(place.error());
  return *place ? std::vector<Index>{**place} : std::vector<Index>{};
}

} // namespace

Result<Walk> upgrade(const RevisionMap &map, const std::vector<std::string> &current_heads, std::string_view text, bool strict) {
  const Result<Target> target = parse_target(text);
  if (!target) return fail(target.error());
  const Result<Standing> standing = standing_at(map, current_heads);
  if (!standing) return fail(standing.error());
  const Result<std::vector<Index>> goals = wanted(map, *target, *standing);
  if (!goals) return fail(goals.error());

  const RevisionSet nothing(map.size());
  const RevisionSet missing = difference(closure(map.links(Relation::Needs), *goals), standing->applied);
  bool ahead = false;
  if (target->head_like()) {
    const Result<bool> answer = ahead_of_files(map, *standing, missing, nothing, strict);
    if (!answer) return fail(answer.error());
    ahead = *answer;
  }
  Result<Walk> walk = assemble(map, *standing, nothing, missing);
  if (walk && ahead && walk->steps.empty()) walk->outcome = WalkOutcome::Ahead;
  return walk;
}

} // namespace migrator::graph
