// Kahn's algorithm over a set of revisions; see order.h.
#include "migrator/graph/order.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <utility>

namespace migrator::graph {

std::vector<Index> upward_order(const RevisionMap &map, const RevisionSet &set) {
  const Adjacency &needs = map.links(Relation::Needs);
  const Adjacency &needers = map.links(Relation::Needers);
  using Ranked = std::pair<Index, Index>; // rank, position
  std::priority_queue<Ranked, std::vector<Ranked>, std::greater<>> ready;
  std::vector<std::uint32_t> waiting_for(map.size(), 0);
  for (const Index index : set.members()) {
    for (const Index needed : needs[index]) waiting_for[index] += set.contains(needed) ? 1 : 0;
    if (waiting_for[index] == 0) ready.emplace(map.rank(index), index);
  }

  std::vector<Index> order;
  order.reserve(set.count());
  while (!ready.empty()) {
    const Index index = ready.top().second;
    ready.pop();
    order.push_back(index);
    for (const Index needer : needers[index])
      if (set.contains(needer) && --waiting_for[needer] == 0) ready.emplace(map.rank(needer), needer);
  }
  return order;
}

std::vector<Index> downward_order(const RevisionMap &map, const RevisionSet &set) {
  std::vector<Index> order = upward_order(map, set);
  std::reverse(order.begin(), order.end());
  return order;
}

} // namespace migrator::graph
