// RevisionMap::build(): checks what the files say about each other, finds cycles and fixes the topological order. Everything here
// is linear in revisions and links but for sorting, and iterative.
#include <algorithm>
#include <functional>
#include <queue>

#include <fmt/format.h>

#include "migrator/graph/revision_map.h"
#include "migrator/graph/wording.h"

namespace migrator::graph {

namespace {

// "'a' (migrations/a.sql)"
std::string with_path(const Node &node) {
  return node.path.empty() ? in_quotes(node.id) : fmt::format("{} ({})", in_quotes(node.id), node.path);
}

std::string place_of(const Node &node) {
  if (!node.path.empty()) return node.path;
  return node.in_files ? "a revision file" : "the journal";
}

std::string suggestion(const std::vector<std::string> &names) {
  return names.empty() ? "" : fmt::format("; did you mean {}?", listed(names));
}

} // namespace

// Works on revisions sorted by id ("rank") until their topological order is known.
class RevisionMapBuilder {
public:
  explicit RevisionMapBuilder(std::vector<Node> nodes) : nodes_(std::move(nodes)) {}

  Result<RevisionMap> build() {
    if (Status status = sort_by_id(); !status) return fail(std::move(status.error()));
    if (Status status = collect_labels(); !status) return fail(std::move(status.error()));
    add_unknown_ancestors();
    if (Status status = link(); !status) return fail(std::move(status.error()));
    if (Status status = order(); !status) return fail(std::move(status.error()));
    return finish();
  }

private:
  using Label = std::pair<std::string, std::string>; // label, id

  Status sort_by_id();
  Status collect_labels();
  void add_unknown_ancestors();
  Status link();
  Result<Index> needed(const Node &node, const std::string &name, bool is_parent) const;
  Status order();
  Error cycle(const std::vector<std::uint32_t> &waiting_for, const Adjacency &needs) const;
  RevisionMap finish();

  void arrange(const std::vector<Index> &order) {
    std::vector<Node> arranged;
    arranged.reserve(order.size());
    for (const Index index : order) arranged.push_back(std::move(nodes_[index]));
    nodes_ = std::move(arranged);
  }
  const Node *find(std::string_view id) const {
    const auto found = std::lower_bound(nodes_.begin(), nodes_.end(), id,
                                        [](const Node &node, std::string_view wanted) { return node.id < wanted; });
    return found != nodes_.end() && found->id == id ? &*found : nullptr;
  }
  const Label *find_label(std::string_view label) const {
    const auto found = std::lower_bound(labels_.begin(), labels_.end(), label,
                                        [](const Label &entry, std::string_view wanted) { return entry.first < wanted; });
    return found != labels_.end() && found->first == label ? &*found : nullptr;
  }
  Index rank(const Node &node) const { return static_cast<Index>(&node - nodes_.data()); }

  std::vector<Node> nodes_;
  std::vector<Label> labels_; // sorted
  std::vector<Edge> parents_;
  std::vector<Edge> dependencies_;
  std::vector<Index> topological_; // ranks
};

Status RevisionMapBuilder::sort_by_id() {
  std::vector<Index> by_id(nodes_.size());
  for (Index i = 0; i < by_id.size(); ++i) by_id[i] = i;
  std::sort(by_id.begin(), by_id.end(), [&](Index left, Index right) {
    if (const int order = nodes_[left].id.compare(nodes_[right].id); order != 0) return order < 0;
    if (nodes_[left].in_files != nodes_[right].in_files) return nodes_[left].in_files;
    return nodes_[left].path < nodes_[right].path;
  });
  arrange(by_id);
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    const Node &first = nodes_[i - 1];
    const Node &second = nodes_[i];
    if (first.id != second.id || first.in_files != second.in_files) continue;
    return fail(ErrorCode::InvalidGraph,
                fmt::format("revision {} is there twice: in {} and in {}; give one of them another id", in_quotes(first.id),
                            place_of(first), place_of(second)),
                {first.id});
  }
  const auto same = [](const Node &left, const Node &right) { return left.id == right.id; };
  nodes_.erase(std::unique(nodes_.begin(), nodes_.end(), same), nodes_.end()); // the file counts, not the journal's row
  return {};
}

Status RevisionMapBuilder::collect_labels() {
  struct Entry {
    std::string_view label;
    const Node *node;
  };
  std::vector<Entry> entries;
  for (const Node &node : nodes_)
    for (const std::string &label : node.labels) entries.push_back({label, &node});
  std::sort(entries.begin(), entries.end(), [](const Entry &left, const Entry &right) {
    if (left.label != right.label) return left.label < right.label;
    if (left.node->in_files != right.node->in_files) return left.node->in_files;
    return left.node->id < right.node->id;
  });
  for (const Entry &entry : entries) {
    if (const Node *named = find(entry.label); named != nullptr && named->in_files && entry.node->in_files)
      return fail(ErrorCode::InvalidGraph,
                  fmt::format("label {} of revision {} is also the id of a revision ({}); give the label another name",
                              in_quotes(entry.label), with_path(*entry.node), place_of(*named)),
                  {entry.node->id, named->id});
    if (labels_.empty() || labels_.back().first != entry.label) {
      labels_.emplace_back(entry.label, entry.node->id);
      continue;
    }
    const Node &first = *find(labels_.back().second);
    if (&first == entry.node || !entry.node->in_files) continue;
    return fail(ErrorCode::InvalidGraph,
                fmt::format("label {} is on two revisions: {} and {}; give one of them another label", in_quotes(entry.label),
                            with_path(first), with_path(*entry.node)),
                {first.id, entry.node->id});
  }
  return {};
}

void RevisionMapBuilder::add_unknown_ancestors() {
  std::vector<std::string> missing;
  for (const Node &node : nodes_) {
    if (node.in_files) continue;
    for (const std::string &parent : node.down_revisions)
      if (find(parent) == nullptr) missing.push_back(parent);
    for (const std::string &name : node.depends_on)
      if (find(name) == nullptr && find_label(name) == nullptr) missing.push_back(name);
  }
  if (missing.empty()) return;
  std::sort(missing.begin(), missing.end());
  missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
  for (std::string &id : missing) {
    Node unknown;
    unknown.id = std::move(id);
    unknown.in_files = false;
    unknown.known = false;
    nodes_.push_back(std::move(unknown));
  }
  std::sort(nodes_.begin(), nodes_.end(), [](const Node &left, const Node &right) { return left.id < right.id; });
}

Result<Index> RevisionMapBuilder::needed(const Node &node, const std::string &name, bool is_parent) const {
  const Node *found = find(name);
  const Label *label = found == nullptr ? find_label(name) : nullptr;
  if (label != nullptr && !(is_parent && node.in_files)) found = find(label->second);
  if (found != nullptr && (found->in_files || !node.in_files)) return rank(*found);

  const std::string says =
      fmt::format("revision {} {} {}", with_path(node), is_parent ? "has down_revision" : "depends_on", in_quotes(name));
  if (label != nullptr && is_parent)
    return fail(ErrorCode::InvalidGraph,
                fmt::format("{}, which is a label; a down_revision is an id: write {}", says, label->second), {node.id, name});
  if (found != nullptr)
    return fail(ErrorCode::InvalidGraph,
                fmt::format("{}, which only the database's journal knows; put its revision file back", says), {node.id, name});
  std::vector<std::string_view> names;
  for (const Node &candidate : nodes_)
    if (candidate.in_files && &candidate != &node) names.push_back(candidate.id);
  if (!is_parent)
    for (const Label &candidate : labels_) names.push_back(candidate.first);
  return fail(ErrorCode::InvalidGraph,
              fmt::format("{}, which is {}; put that file back, or correct the {}{}", says,
                          is_parent ? "the id of no revision file" : "neither the id nor a label of a revision file",
                          is_parent ? "down_revision" : "depends_on", suggestion(near_misses(name, names))),
              {node.id, name});
}

Status RevisionMapBuilder::link() {
  for (const Node &node : nodes_) {
    for (const bool is_parent : {true, false}) {
      for (const std::string &name : is_parent ? node.down_revisions : node.depends_on) {
        const Result<Index> to = needed(node, name, is_parent);
        if (!to) return fail(to.error());
        if (*to == rank(node)) {
          const std::string_view advice = is_parent ? "is its own down_revision; name the revision before it there, or none"
                                                    : "depends_on itself; take that depends_on out";
          return fail(ErrorCode::CycleDetected, fmt::format("revision {} {}", with_path(node), advice), {node.id});
        }
        (is_parent ? parents_ : dependencies_).push_back({rank(node), *to});
      }
    }
  }
  return {};
}

Status RevisionMapBuilder::order() {
  std::vector<Edge> edges = parents_;
  edges.insert(edges.end(), dependencies_.begin(), dependencies_.end());
  const Adjacency needs(nodes_.size(), edges);
  const Adjacency needers = needs.reversed();

  std::vector<std::uint32_t> waiting_for(nodes_.size());
  std::priority_queue<Index, std::vector<Index>, std::greater<>> ready;
  for (Index index = 0; index < nodes_.size(); ++index) {
    waiting_for[index] = static_cast<std::uint32_t>(needs[index].size());
    if (waiting_for[index] == 0) ready.push(index);
  }
  topological_.reserve(nodes_.size());
  while (!ready.empty()) {
    const Index index = ready.top();
    ready.pop();
    topological_.push_back(index);
    for (const Index needer : needers[index])
      if (--waiting_for[needer] == 0) ready.push(needer);
  }
  if (topological_.size() < nodes_.size()) return fail(cycle(waiting_for, needs));
  return {};
}

// Every revision that still waits needs one that still waits, so following those must come back to where it was.
Error RevisionMapBuilder::cycle(const std::vector<std::uint32_t> &waiting_for, const Adjacency &needs) const {
  const auto waits = [&](Index index) { return waiting_for[index] > 0; };
  Index at = 0;
  while (!waits(at)) ++at;
  constexpr std::size_t kNotSeen = static_cast<std::size_t>(-1);
  std::vector<std::size_t> seen_as(nodes_.size(), kNotSeen);
  std::vector<Index> path;
  while (seen_as[at] == kNotSeen) {
    seen_as[at] = path.size();
    path.push_back(at);
    const auto links = needs[at];
    at = *std::find_if(links.begin(), links.end(), waits);
  }
  path.erase(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(seen_as[at]));
  std::rotate(path.begin(), std::min_element(path.begin(), path.end()), path.end());

  constexpr std::size_t kMostShown = 10;
  std::string message = "the revisions form a cycle: ";
  for (std::size_t i = 0; i < std::min(path.size(), kMostShown); ++i) {
    const Node &from = nodes_[path[i]];
    const Node &to = nodes_[path[(i + 1) % path.size()]];
    const auto &parents = from.down_revisions;
    const bool is_parent = std::find(parents.begin(), parents.end(), to.id) != parents.end();
    if (i > 0) message += ", ";
    message += fmt::format("{} {} {}", with_path(from), is_parent ? "has down_revision" : "depends_on", in_quotes(to.id));
  }
  if (path.size() > kMostShown) message += fmt::format(" and {} more", path.size() - kMostShown);
  message += "; change one of these so that there is a first one";

  Error error{ErrorCode::CycleDetected, std::move(message), {}, {}, 0, {}, {}};
  for (const Index index : path) error.subject.push_back(nodes_[index].id);
  return error;
}

RevisionMap RevisionMapBuilder::finish() {
  RevisionMap map;
  map.rank_ = topological_;
  map.by_id_.resize(nodes_.size());
  for (Index position = 0; position < topological_.size(); ++position) map.by_id_[topological_[position]] = position;
  for (std::vector<Edge> *edges : {&parents_, &dependencies_})
    for (Edge &edge : *edges) edge = {map.by_id_[edge.from], map.by_id_[edge.to]};
  for (Label &label : labels_) map.labels_.emplace_back(std::move(label.first), map.by_id_[rank(*find(label.second))]);
  arrange(topological_);
  map.nodes_ = std::move(nodes_);

  const std::size_t size = map.nodes_.size();
  map.parents_ = Adjacency(size, parents_);
  map.children_ = map.parents_.reversed();
  map.dependencies_ = Adjacency(size, dependencies_);
  parents_.insert(parents_.end(), dependencies_.begin(), dependencies_.end());
  map.needs_ = Adjacency(size, parents_);
  map.needers_ = map.needs_.reversed();
  return map;
}

Result<RevisionMap> RevisionMap::build(std::vector<Node> nodes) {
  return RevisionMapBuilder(std::move(nodes)).build();
}

} // namespace migrator::graph
