// What a RevisionMap answers once it is built; see revision_map.h.
#include "migrator/graph/revision_map.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "migrator/graph/wording.h"

namespace migrator::graph {

namespace {

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

void sort_once(std::vector<Index> &indices) {
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
}

} // namespace

std::optional<Index> RevisionMap::position(std::string_view id) const {
  const auto found = std::lower_bound(by_id_.begin(), by_id_.end(), id,
                                      [&](Index index, std::string_view wanted) { return nodes_[index].id < wanted; });
  if (found == by_id_.end() || nodes_[*found].id != id) return std::nullopt;
  return *found;
}

const Node *RevisionMap::find(std::string_view id) const {
  const std::optional<Index> found = position(id);
  return found ? &nodes_[*found] : nullptr;
}

std::vector<Index> RevisionMap::matches(std::string_view text) const {
  if (const std::optional<Index> exact = position(text)) return {*exact};
  const auto label = std::lower_bound(labels_.begin(), labels_.end(), text,
                                      [](const auto &entry, std::string_view wanted) { return entry.first < wanted; });
  if (label != labels_.end() && label->first == text) return {label->second};

  std::vector<Index> ranks;
  auto id = std::lower_bound(by_id_.begin(), by_id_.end(), text,
                             [&](Index index, std::string_view wanted) { return nodes_[index].id < wanted; });
  for (; id != by_id_.end() && starts_with(nodes_[*id].id, text); ++id) ranks.push_back(rank_[*id]);
  for (auto entry = label; entry != labels_.end() && starts_with(entry->first, text); ++entry)
    ranks.push_back(rank_[entry->second]);
  sort_once(ranks);
  for (Index &rank : ranks) rank = by_id_[rank];
  return ranks;
}

Result<Index> RevisionMap::resolve_position(std::string_view text) const {
  if (text.empty())
    return fail(ErrorCode::InvalidTarget, "an empty revision names nothing; give an id, the beginning of one, or a label");
  const std::vector<Index> found = matches(text);
  if (found.size() == 1) return found.front();
  if (found.empty()) return fail(unknown(text));
  std::vector<std::string> candidates = ids(found);
  std::string message =
      fmt::format("{} is the beginning of several revisions: {}; give more characters", in_quotes(text), listed(candidates));
  return fail(ErrorCode::AmbiguousRevision, std::move(message), std::move(candidates));
}

Result<std::string> RevisionMap::resolve(std::string_view text) const {
  Result<Index> found = resolve_position(text);
  if (!found) return fail(std::move(found.error()));
  return id(*found);
}

Error RevisionMap::unknown(std::string_view text) const {
  std::vector<std::string_view> names{"head", "heads", "base"};
  names.reserve(names.size() + nodes_.size() + labels_.size());
  for (const Node &node : nodes_) names.push_back(node.id);
  for (const auto &label : labels_) names.push_back(label.first);
  const std::vector<std::string> near = near_misses(text, names);
  std::string message = fmt::format("there is no revision or label {}; ", in_quotes(text));
  message += near.empty() ? "`migrator history` lists what there is" : fmt::format("did you mean {}?", listed(near));
  std::vector<std::string> subject{std::string(text)};
  subject.insert(subject.end(), near.begin(), near.end());
  return Error{ErrorCode::UnknownRevision, std::move(message), std::move(subject), {}, 0, {}, {}};
}

const Adjacency &RevisionMap::links(Relation relation) const {
  switch (relation) {
  case Relation::Parents:
    return parents_;
  case Relation::Children:
    return children_;
  case Relation::Needs:
    return needs_;
  case Relation::Needers:
    break;
  }
  return needers_;
}

std::vector<std::string> RevisionMap::ids(const std::vector<Index> &positions) const {
  std::vector<std::string> result;
  result.reserve(positions.size());
  for (const Index index : positions) result.push_back(nodes_[index].id);
  std::sort(result.begin(), result.end());
  return result;
}

bool RevisionMap::needed_by_a_file(Index index, Relation upward) const {
  const auto above = links(upward)[index];
  return std::any_of(above.begin(), above.end(), [&](Index other) { return nodes_[other].in_files; });
}

std::vector<Index> RevisionMap::head_positions() const {
  std::vector<Index> result;
  for (const Index index : by_id_)
    if (nodes_[index].in_files && !needed_by_a_file(index, Relation::Children)) result.push_back(index);
  return result;
}

std::vector<Index> RevisionMap::real_head_positions() const {
  std::vector<Index> result;
  for (const Index index : by_id_)
    if (nodes_[index].in_files && !needed_by_a_file(index, Relation::Needers)) result.push_back(index);
  return result;
}

std::vector<Index> RevisionMap::base_positions() const {
  std::vector<Index> result;
  for (const Index index : by_id_)
    if (nodes_[index].in_files && parents_[index].empty()) result.push_back(index);
  return result;
}

std::vector<std::string> RevisionMap::heads() const {
  return ids(head_positions());
}

std::vector<std::string> RevisionMap::real_heads() const {
  return ids(real_head_positions());
}

std::vector<std::string> RevisionMap::bases() const {
  return ids(base_positions());
}

std::vector<std::string> RevisionMap::branch_points() const {
  std::vector<std::string> result;
  for (const Index index : by_id_) {
    const auto above = children_[index];
    const auto files = std::count_if(above.begin(), above.end(), [&](Index child) { return nodes_[child].in_files; });
    if (nodes_[index].in_files && files > 1) result.push_back(nodes_[index].id);
  }
  return result;
}

std::vector<std::string> RevisionMap::merge_points() const {
  std::vector<std::string> result;
  for (const Index index : by_id_)
    if (nodes_[index].in_files && parents_[index].size() > 1) result.push_back(nodes_[index].id);
  return result;
}

std::vector<std::string> RevisionMap::children(std::string_view id) const {
  const std::optional<Index> index = position(id);
  if (!index) return {};
  const auto above = children_[*index];
  return ids({above.begin(), above.end()});
}

std::vector<std::string> RevisionMap::dependencies(std::string_view id) const {
  const std::optional<Index> index = position(id);
  if (!index) return {};
  const auto below = dependencies_[*index];
  return ids({below.begin(), below.end()});
}

std::vector<std::string> RevisionMap::dependents(std::string_view id) const {
  const std::optional<Index> index = position(id);
  if (!index) return {};
  std::vector<Index> result;
  for (const Index above : needers_[*index]) {
    const auto below = dependencies_[above];
    if (std::binary_search(below.begin(), below.end(), *index)) result.push_back(above);
  }
  return ids(result);
}

std::vector<std::pair<std::string, std::string>> RevisionMap::labels() const {
  std::vector<std::pair<std::string, std::string>> result;
  for (const auto &[label, index] : labels_) result.emplace_back(label, nodes_[index].id);
  return result;
}

std::vector<std::vector<std::string>> RevisionMap::effective_labels() const {
  // Labels by their place in labels_. Those of parents go up; those of the only child go down, one stretch at a time.
  std::vector<std::vector<Index>> covering(nodes_.size());
  for (Index label = 0; label < labels_.size(); ++label) covering[labels_[label].second].push_back(label);
  std::vector<std::vector<Index>> downward = covering;
  const auto ends_stretch = [&](Index index) { return needers_[index].size() > 1 || parents_[index].size() > 1; };
  for (Index index = static_cast<Index>(nodes_.size()); index-- > 0;) {
    if (ends_stretch(index) || children_[index].empty()) continue;
    const Index child = children_[index].front();
    if (ends_stretch(child)) continue;
    downward[index].insert(downward[index].end(), downward[child].begin(), downward[child].end());
  }
  std::vector<std::vector<std::string>> result(nodes_.size());
  for (Index index = 0; index < nodes_.size(); ++index) {
    for (const Index parent : parents_[index])
      covering[index].insert(covering[index].end(), covering[parent].begin(), covering[parent].end());
    sort_once(covering[index]);
    std::vector<Index> all = covering[index];
    all.insert(all.end(), downward[index].begin(), downward[index].end());
    sort_once(all);
    for (const Index label : all) result[index].push_back(labels_[label].first);
  }
  return result;
}

std::vector<std::string> RevisionMap::effective_labels(std::string_view id) const {
  const std::optional<Index> index = position(id);
  if (!index || labels_.empty()) return {};
  return std::move(effective_labels()[*index]);
}

std::vector<std::string> RevisionMap::ancestors(const std::vector<std::string> &ids_given, bool include_dependencies) const {
  std::vector<Index> starts;
  for (const std::string &id : ids_given)
    if (const std::optional<Index> index = position(id)) starts.push_back(*index);
  return ids(closure(include_dependencies ? needs_ : parents_, starts).members());
}

std::vector<std::string> RevisionMap::descendants(const std::vector<std::string> &ids_given, bool include_dependents) const {
  std::vector<Index> starts;
  for (const std::string &id : ids_given)
    if (const std::optional<Index> index = position(id)) starts.push_back(*index);
  return ids(closure(include_dependents ? needers_ : children_, starts).members());
}

RevisionSet RevisionMap::lineage(Index index, bool include_dependencies) const {
  const Index starts[] = {index};
  RevisionSet result = closure(include_dependencies ? needs_ : parents_, starts);
  for (const Index above : closure(include_dependencies ? needers_ : children_, starts).members()) result.insert(above);
  return result;
}

} // namespace migrator::graph
