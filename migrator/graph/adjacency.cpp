// Packing of edges and iterative closures; see adjacency.h.
#include "migrator/graph/adjacency.h"

#include <algorithm>
#include <utility>

namespace migrator::graph {

Adjacency::Adjacency(std::size_t size, const std::vector<Edge> &edges) : offsets_(size + 1, 0), targets_(edges.size()) {
  for (const Edge &edge : edges) ++offsets_[edge.from + std::size_t{1}];
  for (std::size_t i = 1; i < offsets_.size(); ++i) offsets_[i] += offsets_[i - 1];
  std::vector<std::size_t> next(offsets_.begin(), offsets_.end() - 1);
  for (const Edge &edge : edges) targets_[next[edge.from]++] = edge.to;

  // Each position's targets sorted, and moved down over what was repeated before them.
  const auto at = [&](std::size_t offset) { return targets_.begin() + static_cast<std::ptrdiff_t>(offset); };
  std::size_t kept = 0;
  for (std::size_t from = 0; from < size; ++from) {
    const auto first = at(std::exchange(offsets_[from], kept));
    const auto last = at(offsets_[from + 1]);
    std::sort(first, last);
    for (auto target = first; target != last; ++target)
      if (target == first || *target != targets_[kept - 1]) targets_[kept++] = *target;
  }
  offsets_[size] = kept;
  targets_.resize(kept);
}

std::span<const Index> Adjacency::operator[](Index from) const {
  return std::span<const Index>(targets_).subspan(offsets_[from], offsets_[from + std::size_t{1}] - offsets_[from]);
}

Adjacency Adjacency::reversed() const {
  Adjacency result;
  result.offsets_.assign(size() + 1, 0);
  result.targets_.resize(targets_.size());
  for (const Index to : targets_) ++result.offsets_[to + std::size_t{1}];
  for (std::size_t i = 1; i < result.offsets_.size(); ++i) result.offsets_[i] += result.offsets_[i - 1];
  std::vector<std::size_t> next(result.offsets_.begin(), result.offsets_.end() - 1);
  for (Index from = 0; from < size(); ++from)
    for (const Index to : (*this)[from]) result.targets_[next[to]++] = from;
  return result;
}

bool RevisionSet::insert(Index index) {
  if (present_[index] != 0) return false;
  present_[index] = 1;
  ++count_;
  return true;
}

bool RevisionSet::erase(Index index) {
  if (present_[index] == 0) return false;
  present_[index] = 0;
  --count_;
  return true;
}

std::vector<Index> RevisionSet::members() const {
  std::vector<Index> result;
  result.reserve(count_);
  for (Index index = 0; index < present_.size(); ++index)
    if (present_[index] != 0) result.push_back(index);
  return result;
}

RevisionSet closure(const Adjacency &edges, std::span<const Index> starts) {
  RevisionSet reached(edges.size());
  std::vector<Index> pending;
  for (const Index start : starts)
    if (reached.insert(start)) pending.push_back(start);
  while (!pending.empty()) {
    const Index from = pending.back();
    pending.pop_back();
    for (const Index to : edges[from])
      if (reached.insert(to)) pending.push_back(to);
  }
  return reached;
}

RevisionSet difference(const RevisionSet &left, const RevisionSet &right) {
  RevisionSet result = left;
  for (const Index index : right.members()) result.erase(index);
  return result;
}

RevisionSet intersection(const RevisionSet &left, const RevisionSet &right) {
  return difference(left, difference(left, right));
}

} // namespace migrator::graph
