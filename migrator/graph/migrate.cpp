// migrate_to(): to several targets at once, down only where an explicit one says so; see walk.h. This is what a Job runs, again and
// again, so every target means the same at each run.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "migrator/graph/assemble.h"
#include "migrator/graph/order.h"
#include "migrator/graph/target.h"
#include "migrator/graph/walk.h"
#include "migrator/graph/wording.h"

namespace migrator::graph {

namespace {

struct Goals {
  std::vector<Index> heads; // what head-like targets mean
  std::vector<Index> named; // what the others mean
  std::vector<Index> roots; // first revisions that base and label@base take down
};

tl::unexpected<Error> refuse(const Target &target, std::string_view why) {
  return fail(ErrorCode::InvalidTarget, fmt::format("{} {}", in_quotes(target.text), why), {target.text});
}

Status add_base(const RevisionMap &map, const Target &target, std::size_t targets, bool exact, Goals &goals) {
  if (target.label && exact)
    return refuse(target, "cannot be exact, for it names nothing that stays; use base to take everything down");
  if (!target.label && targets > 1) return refuse(target, "takes everything down, so no other target can stand beside it");
  RevisionSet considered(map.size());
  if (target.label) {
    const Result<Index> carrier = resolve_label(map, *target.label);
    if (!carrier) return fail(carrier.error());
    const Index starts[] = {*carrier};
    considered = closure(map.links(Relation::Parents), starts);
  }
  for (Index index = 0; index < map.size(); ++index)
    if (map.links(Relation::Parents)[index].empty() && (!target.label || considered.contains(index)))
      goals.roots.push_back(index);
  return {};
}

Status add_goal(const RevisionMap &map, const std::string &text, std::size_t targets, bool exact, Goals &goals) {
  const Result<Target> target = parse_target(text);
  if (!target) return fail(target.error());
  if (target->relative_to_current())
    return refuse(*target, "counts from where the database is, so another run would mean another revision; name the revision");
  if (target->head_like() && exact)
    return refuse(*target, "cannot be exact, for head-like targets never go down; name the revisions");
  const Result<std::vector<Index>> found = resolve_absolute(map, *target);
  if (!found) return fail(found.error());
  if (found->empty() && !target->head_like()) return add_base(map, *target, targets, exact, goals);
  std::vector<Index> &list = target->head_like() ? goals.heads : goals.named;
  list.insert(list.end(), found->begin(), found->end());
  return {};
}

RevisionSet going_down(const RevisionMap &map, const Goals &goals, const Standing &standing, const RevisionSet &kept,
                       bool exact) {
  if (exact) return difference(standing.applied, kept);
  RevisionSet above = closure(map.links(Relation::Needers), goals.named);
  for (const Index index : closure(map.links(Relation::Needers), goals.roots).members()) above.insert(index);
  return difference(intersection(above, standing.applied), kept);
}

} // namespace

Result<Walk> migrate_to(const RevisionMap &map, const std::vector<std::string> &current_heads,
                        const std::vector<std::string> &targets, const MigrateOptions &options) {
  if (targets.empty())
    return fail(ErrorCode::InvalidTarget, "migrate needs at least one target: head, heads, base, an id, or LABEL@head");
  Goals goals;
  for (const std::string &text : targets)
    if (Status status = add_goal(map, text, targets.size(), options.exact, goals); !status)
      return fail(std::move(status.error()));
  const Result<Standing> standing = standing_at(map, current_heads);
  if (!standing) return fail(standing.error());

  const Adjacency &needs = map.links(Relation::Needs);
  const RevisionSet wanted_by_heads = closure(needs, goals.heads);
  RevisionSet kept = closure(needs, goals.named);
  for (const Index index : wanted_by_heads.members()) kept.insert(index);
  const RevisionSet up = difference(kept, standing->applied);
  const RevisionSet down = going_down(map, goals, *standing, kept, options.exact);

  bool ahead = false;
  if (!goals.heads.empty()) {
    RevisionSet excused = kept;
    for (const Index index : down.members()) excused.insert(index);
    const Result<bool> answer =
        ahead_of_files(map, *standing, difference(wanted_by_heads, standing->applied), excused, options.strict);
    if (!answer) return fail(answer.error());
    ahead = *answer;
  }

  if (!down.empty() && !options.allow_down) {
    std::vector<std::string> names;
    for (const Index index : downward_order(map, down)) names.push_back(map.id(index));
    std::string message =
        fmt::format("going to {} would take down {}; allow it with --allow-down, or choose a target that keeps {}",
                    listed(targets), listed(names), names.size() == 1 ? "it" : "them");
    return fail(ErrorCode::DownNotAllowed, std::move(message), std::move(names));
  }
  Result<Walk> walk = assemble(map, *standing, down, up);
  if (!walk) return walk;
  for (const std::string &head : walk->heads_after)
    if (!kept.contains(*map.position(head))) walk->untouched.push_back(head);
  if (ahead && walk->steps.empty()) walk->outcome = WalkOutcome::Ahead;
  return walk;
}

} // namespace migrator::graph
