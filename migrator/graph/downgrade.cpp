// downgrade(): everything applied that stands on what lies directly above the target; see walk.h. The rules are Alembic's.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "migrator/graph/assemble.h"
#include "migrator/graph/target.h"
#include "migrator/graph/walk.h"
#include "migrator/graph/wording.h"

namespace migrator::graph {

namespace {

struct Goal {
  Place target;
  Place branch; // keeps to this revision's branch where the target has several children
};

Result<Goal> find_goal(const RevisionMap &map, const Target &target, const Standing &standing) {
  if (target.relative_to_current()) {
    const Result<DownFrom> found = resolve_down_from(map, target, standing);
    if (!found) return fail(found.error());
    return Goal{found->target, found->branch};
  }
  Goal goal;
  if (target.label) {
    const Result<Index> carrier = resolve_label(map, *target.label);
    if (!carrier) return fail(carrier.error());
    goal.branch = *carrier;
  }
  const Result<Place> place =
      target.offset ? resolve_from_symbol(map, target, &standing.applied) : resolve_single(map, target, std::nullopt);
  if (!place) return fail(place.error());
  if (!*place && target.head_like())
    return fail(ErrorCode::UnknownRevision,
                fmt::format("{} means nothing: there are no revision files; name a revision, or base", in_quotes(target.text)),
                {target.text});
  goal.target = *place;
  return goal;
}

// The revisions that go first of all from below: those directly above the target, or the first ones for base.
Result<std::vector<Index>> roots_above(const RevisionMap &map, const Target &target, const Goal &goal, const Standing &standing) {
  std::vector<Index> roots;
  const auto counts = [&](Index index) { return map.node(index).in_files || standing.applied.contains(index); };
  if (goal.target) {
    for (const Index child : map.links(Relation::Children)[*goal.target])
      if (counts(child)) roots.push_back(child);
  } else {
    for (Index index = 0; index < map.size(); ++index)
      if (map.links(Relation::Parents)[index].empty() && counts(index)) roots.push_back(index);
  }
  if (!goal.branch || roots.size() < 2) return roots;

  const Index starts[] = {*goal.branch};
  const RevisionSet below = closure(map.links(Relation::Parents), starts);
  std::vector<std::string> all = map.ids(roots);
  roots.erase(std::remove_if(roots.begin(), roots.end(), [&](Index index) { return !below.contains(index); }), roots.end());
  if (roots.empty()) {
    std::string message =
        fmt::format("{} does not say which branch to take down: above {} stand {}, and none of them leads to {}; "
                    "name the target without the label",
                    in_quotes(target.text), goal.target ? in_quotes(map.id(*goal.target)) : "base", listed(all),
                    in_quotes(map.id(*goal.branch)));
    return fail(ErrorCode::InvalidTarget, std::move(message), std::move(all));
  }
  return roots;
}

tl::unexpected<Error> nothing_above(const RevisionMap &map, Index target, const Standing &standing) {
  const std::string id = map.id(target);
  if (standing.applied.contains(target))
    return fail(ErrorCode::InvalidTarget,
                fmt::format("nothing applied descends from revision {}, so there is nothing to go down from; it is held by what "
                            "depends on it: name a revision below that",
                            in_quotes(id)),
                {id});
  return fail(
      ErrorCode::InvalidTarget,
      fmt::format("revision {} is not applied, so the database cannot go down to it; `migrator current` shows where it is, "
                  "`migrator upgrade` goes up",
                  in_quotes(id)),
      {id});
}

} // namespace

Result<Walk> downgrade(const RevisionMap &map, const std::vector<std::string> &current_heads, std::string_view text) {
  const Result<Target> target = parse_target(text);
  if (!target) return fail(target.error());
  const Result<Standing> standing = standing_at(map, current_heads);
  if (!standing) return fail(standing.error());
  const Result<Goal> goal = find_goal(map, *target, *standing);
  if (!goal) return fail(goal.error());
  const Result<std::vector<Index>> roots = roots_above(map, *target, *goal, *standing);
  if (!roots) return fail(roots.error());

  const RevisionSet down = intersection(closure(map.links(Relation::Needers), *roots), standing->applied);
  if (goal->target && down.empty()) {
    const auto &heads = standing->heads;
    if (std::find(heads.begin(), heads.end(), *goal->target) == heads.end()) return nothing_above(map, *goal->target, *standing);
  }
  return assemble(map, *standing, down, RevisionSet(map.size()));
}

} // namespace migrator::graph
