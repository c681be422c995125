// Ordered steps out of sets, and Ahead and Diverged; see assemble.h.
#include "migrator/graph/assemble.h"

#include <utility>

#include <fmt/format.h>

#include "migrator/graph/heads.h"
#include "migrator/graph/order.h"
#include "migrator/graph/wording.h"

namespace migrator::graph {

namespace {

Status refuse_impossible(const RevisionMap &map, const RevisionSet &down, const RevisionSet &up) {
  for (const Index index : up.members()) {
    if (map.node(index).in_files) continue;
    return fail(
        ErrorCode::UnknownRevision,
        fmt::format("revision {} is in no revision file; what the journal keeps of it is enough to go down, not up: run with "
                    "the files that hold it",
                    in_quotes(map.id(index))),
        {map.id(index)});
  }
  for (const Index index : down.members()) {
    if (map.node(index).known) continue;
    return fail(
        ErrorCode::MissingRevision,
        fmt::format("going down meets revision {}, which neither the revision files nor the journal know; run with the files "
                    "that hold it, or choose a target above it",
                    in_quotes(map.id(index))),
        {map.id(index)});
  }
  return {};
}

} // namespace

Result<Walk> assemble(const RevisionMap &map, const Standing &standing, const RevisionSet &down, const RevisionSet &up) {
  if (Status status = refuse_impossible(map, down, up); !status) return fail(std::move(status.error()));
  Walk walk;
  walk.heads_before = standing.rows;
  walk.steps.reserve(down.count() + up.count());
  for (const Index index : downward_order(map, down)) walk.steps.push_back({map.id(index), Direction::Down});
  for (const Index index : upward_order(map, up)) walk.steps.push_back({map.id(index), Direction::Up});

  Result<HeadTracker> tracker = HeadTracker::at(map, standing.rows);
  if (!tracker) return fail(std::move(tracker.error()));
  for (const WalkStep &step : walk.steps)
    if (const Result<HeadChange> change = tracker->apply(step); !change) return fail(change.error());
  walk.heads_after = tracker->heads();
  walk.outcome = walk.steps.empty() ? WalkOutcome::NothingToDo : WalkOutcome::Moves;
  return walk;
}

Result<bool> ahead_of_files(const RevisionMap &map, const Standing &standing, const RevisionSet &missing,
                            const RevisionSet &excused, bool strict) {
  std::vector<Index> foreign;
  for (const Index head : standing.heads)
    if (!map.node(head).in_files && !excused.contains(head)) foreign.push_back(head);
  if (foreign.empty()) return false;

  const Adjacency &needs = map.links(Relation::Needs);
  const std::vector<Index> lacking = missing.members();
  const RevisionSet shared = intersection(closure(needs, foreign), closure(needs, lacking));
  std::vector<std::string> names = map.ids(foreign);
  if (!shared.empty()) {
    const std::vector<std::string> lacked = map.ids(lacking);
    std::string message = fmt::format("the database and the revision files have diverged: the database is at {}, which no file "
                                      "holds, and lacks {}; run with files that hold both, or go down to {} first",
                                      listed(names), listed(lacked), in_quotes(map.id(shared.members().back())));
    names.insert(names.end(), lacked.begin(), lacked.end());
    return fail(ErrorCode::Diverged, std::move(message), std::move(names));
  }
  if (strict) {
    std::string message =
        fmt::format("the database is ahead of the revision files: it is at {}, which no file holds; run with the "
                    "files that hold it, or without --strict",
                    listed(names));
    return fail(ErrorCode::Ahead, std::move(message), std::move(names));
  }
  return true;
}

} // namespace migrator::graph
