// The one order in which a set of revisions is walked. Pure.
#pragma once

#include <vector>

#include "migrator/graph/revision_map.h"

namespace migrator::graph {

// The members of `set`, each after what it needs; among those that could come next, the smallest id. It depends on nothing but
// the set and the links inside it, so files that are added elsewhere do not change a plan.
std::vector<Index> upward_order(const RevisionMap &map, const RevisionSet &set);

// The same, backwards: each before what it needs.
std::vector<Index> downward_order(const RevisionMap &map, const RevisionSet &set);

} // namespace migrator::graph
