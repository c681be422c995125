// stamp(); see stamp.h.
#include "migrator/graph/stamp.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "migrator/graph/target.h"
#include "migrator/graph/wording.h"

namespace migrator::graph {

namespace {

// Without those that another one's ancestors or dependencies imply.
std::vector<Index> topmost(const RevisionMap &map, const std::vector<Index> &positions) {
  const RevisionSet implied_or_named = closure(map.links(Relation::Needs), positions);
  std::vector<Index> result;
  for (const Index index : positions) {
    const auto needers = map.links(Relation::Needers)[index];
    if (std::none_of(needers.begin(), needers.end(), [&](Index needer) { return implied_or_named.contains(needer); }))
      result.push_back(index);
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

void insert_all(RevisionSet &into, const RevisionSet &from) {
  for (const Index index : from.members()) into.insert(index);
}

} // namespace

Result<std::vector<std::string>> stamp(const RevisionMap &map, const std::vector<std::string> &current_heads,
                                       const std::vector<std::string> &targets, bool purge) {
  if (targets.empty())
    return fail(ErrorCode::InvalidTarget, "stamp needs at least one target: head, heads, base, an id, or LABEL@head");
  Result<Standing> standing = standing_at(map, purge ? std::vector<std::string>{} : current_heads);
  if (!standing) return fail(std::move(standing.error()));

  std::vector<Index> stamped;
  RevisionSet replaced(map.size()); // rows of these go
  for (const std::string &text : targets) {
    const Result<Target> target = parse_target(text);
    if (!target) return fail(target.error());
    const Result<std::vector<Index>> found = resolve_absolute(map, *target);
    if (!found) return fail(found.error());
    if (found->empty() && target->head_like())
      return fail(ErrorCode::UnknownRevision,
                  fmt::format("{} means nothing: there are no revision files; name a revision, or base", in_quotes(text)),
                  {text});
    stamped.insert(stamped.end(), found->begin(), found->end());
    if (!found->empty()) continue;
    if (target->label) {
      const Result<Index> carrier = resolve_label(map, *target->label);
      if (!carrier) return fail(carrier.error());
      insert_all(replaced, map.lineage(*carrier, true));
    } else {
      standing->heads.clear();
    }
  }
  for (const Index index : stamped)
    if (!map.node(index).known)
      return fail(
          ErrorCode::UnknownRevision,
          fmt::format("revision {} is known neither to the revision files nor to the journal; run with the files that hold it",
                      in_quotes(map.id(index))),
          {map.id(index)});
  insert_all(replaced, closure(map.links(Relation::Needs), stamped));
  insert_all(replaced, closure(map.links(Relation::Needers), stamped));

  std::vector<Index> rows = topmost(map, stamped);
  for (const Index head : standing->heads)
    if (!replaced.contains(head)) rows.push_back(head);
  return map.ids(rows);
}

} // namespace migrator::graph
