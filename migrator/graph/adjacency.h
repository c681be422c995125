// Edges of the revision graph by position, packed into two arrays, and the sets and closures that every question about the graph
// is answered with. The lowest layer of migrator/graph: knows positions, no names. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace migrator::graph {

// A revision's position in RevisionMap::nodes(): topological, so everything below a revision has a smaller position.
using Index = std::uint32_t;

struct Edge {
  Index from = 0;
  Index to = 0;
};

// For each position the positions it leads to, ascending, each once.
class Adjacency {
public:
  Adjacency() = default;
  // Every edge's ends must be less than `size`. Repeated edges count once.
  Adjacency(std::size_t size, const std::vector<Edge> &edges);

  std::span<const Index> operator[](Index from) const;
  std::size_t size() const noexcept { return offsets_.empty() ? 0 : offsets_.size() - 1; }
  Adjacency reversed() const;

private:
  std::vector<std::size_t> offsets_; // size() + 1 entries
  std::vector<Index> targets_;
};

// A set of revisions of one graph: constant-time membership, members in topological order.
class RevisionSet {
public:
  explicit RevisionSet(std::size_t size) : present_(size, 0) {}

  bool contains(Index index) const { return present_[index] != 0; }
  bool insert(Index index); // false if it was there
  bool erase(Index index);  // false if it was not there
  std::size_t count() const noexcept { return count_; }
  bool empty() const noexcept { return count_ == 0; }
  std::vector<Index> members() const; // ascending

private:
  std::vector<std::uint8_t> present_;
  std::size_t count_ = 0;
};

// Everything that can be reached from `starts` along `edges`, the starts included. Iterative: depth is only limited by memory.
RevisionSet closure(const Adjacency &edges, std::span<const Index> starts);

// Members of `left` that are not in `right`.
RevisionSet difference(const RevisionSet &left, const RevisionSet &right);
RevisionSet intersection(const RevisionSet &left, const RevisionSet &right);

} // namespace migrator::graph
