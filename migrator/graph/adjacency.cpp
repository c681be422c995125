// Packing of edges and iterative closures; see adjacency.h.
#include "migrator/graph/adjacency.h"

#include <algorithm>

namespace migrator::graph {

Adjacency::Adjacency(std::size_t size, const std::vector<Edge> &edges) : offsets_(size + 1, 0) {
  std::vector<Edge> sorted = edges;
  const auto key = [](const Edge &edge) { return (std::uint64_t{edge.from} << 32U) | edge.to; };
  std::sort(sorted.begin(), sorted.end(), [&](const Edge &left, const Edge &right) { return key(left) < key(right); });
  const auto same = [&](const Edge &left, const Edge &right) { return key(left) == key(right); };
  sorted.erase(std::unique(sorted.begin(), sorted.end(), same), sorted.end());

  targets_.reserve(sorted.size());
  for (const Edge &edge : sorted) {
    ++offsets_[edge.from + std::size_t{1}];
    targets_.push_back(edge.to);
  }
  for (std::size_t i = 1; i < offsets_.size(); ++i) offsets_[i] += offsets_[i - 1];
}

std::span<const Index> Adjacency::operator[](Index from) const {
  return std::span<const Index>(targets_).subspan(offsets_[from], offsets_[from + std::size_t{1}] - offsets_[from]);
}

Adjacency Adjacency::reversed() const {
  std::vector<Edge> edges;
  edges.reserve(targets_.size());
  for (Index from = 0; from < size(); ++from)
    for (const Index to : (*this)[from]) edges.push_back({to, from});
  return Adjacency(size(), edges);
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
