// The version table's rows, and what each step does to them: one row a head, less those that another row's ancestors or dependencies
// imply (docs/targets.md). The executor writes what HeadChange says in the step's own transaction. Pure.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "migrator/error/error.h"
#include "migrator/graph/revision_map.h"
#include "migrator/graph/walk.h"

namespace migrator::graph {

// Rows that a step takes away and adds, each sorted. A first revision adds one; a merge takes several away and adds one; a step
// down to what another row implies only takes one away.
struct HeadChange {
  std::vector<std::string> removed;
  std::vector<std::string> added;
  friend bool operator==(const HeadChange &, const HeadChange &) = default;
};

// Follows the rows through many steps: linear to begin with, then each step costs what the revision has parents and dependencies.
// The map must outlive it. Not thread-safe.
class HeadTracker {
public:
  // MissingRevision: a head that is neither in the files nor in the journal.
  static Result<HeadTracker> at(const RevisionMap &map, const std::vector<std::string> &heads);

  // Internal: the step does not fit: up when it is applied or something it needs is not, down when it is not applied or
  // something applied needs it, or a revision that is not in the map. The tracker is then unchanged.
  Result<HeadChange> apply(const WalkStep &step);

  std::vector<std::string> heads() const { return {rows_.begin(), rows_.end()}; } // sorted
  bool applied(Index index) const { return applied_.contains(index); }

private:
  explicit HeadTracker(const RevisionMap &map) : map_(&map), applied_(map.size()), needers_(map.size(), 0) {}
  HeadChange go_up(Index index);
  HeadChange go_down(Index index);

  const RevisionMap *map_;
  RevisionSet applied_;
  std::vector<std::uint32_t> needers_; // by position: how many applied revisions need it
  std::set<std::string> rows_;
};

// One step from the given rows. For a run of steps use a HeadTracker: this is linear in the graph each time.
Result<HeadChange> head_change(const RevisionMap &map, const std::vector<std::string> &heads, const WalkStep &step);

} // namespace migrator::graph
