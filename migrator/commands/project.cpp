// See project.h.
#include "migrator/commands/project.h"

#include <algorithm>

#include "migrator/script/folder.h"

namespace migrator::commands {

namespace {

constexpr std::size_t kMostWarnings = 10;

bool contains(const std::vector<std::string> &sorted, const std::string &id) {
  return std::binary_search(sorted.begin(), sorted.end(), id);
}

void say_warnings(report::Output &output, const std::vector<script::Script> &scripts) {
  std::size_t count = 0;
  for (const script::Script &script : scripts)
    for (const std::string &warning : script.warnings)
      if (++count <= kMostWarnings) output.warning(warning);
  if (count > kMostWarnings)
    output.warning("and " + std::to_string(count - kMostWarnings) + " more warnings about revision files.");
}

} // namespace

graph::Node node_of(const script::Script &script) {
  graph::Node node;
  node.id = script.revision;
  node.down_revisions = script.down_revisions;
  node.depends_on = script.depends_on;
  node.labels = script.labels;
  node.path = script.path;
  return node;
}

Project::Project(std::vector<script::Script> scripts, graph::RevisionMap map)
    : scripts_(std::move(scripts)), map_(std::move(map)) {
  by_id_.reserve(scripts_.size());
  for (std::size_t i = 0; i < scripts_.size(); ++i) by_id_.emplace(scripts_[i].revision, i);
}

Result<Project> Project::load(const Context &context, const AppliedState *state) {
  Result<std::vector<script::Script>> scripts = script::load(context.settings.migrations, script::LoadDepth::Headers);
  if (!scripts) return fail(std::move(scripts.error()));
  say_warnings(context.output, *scripts);
  std::vector<graph::Node> nodes;
  nodes.reserve(scripts->size());
  for (const script::Script &script : *scripts) nodes.push_back(node_of(script));
  if (state != nullptr) {
    std::vector<std::string> in_files;
    for (const graph::Node &node : nodes) in_files.push_back(node.id);
    std::sort(in_files.begin(), in_files.end());
    for (const graph::Node &node : state->journal) {
      if (contains(in_files, node.id)) continue;
      nodes.push_back(node);
      nodes.back().in_files = false;
    }
  }
  Result<graph::RevisionMap> map = graph::RevisionMap::build(std::move(nodes));
  if (!map) return fail(std::move(map.error()));
  Project project(std::move(*scripts), std::move(*map));
  if (state != nullptr) {
    project.asked_a_database_ = true;
    project.current_ = state->heads;
    std::sort(project.current_.begin(), project.current_.end());
    project.applied_ = project.map_.ancestors(project.current_);
  }
  return project;
}

const script::Script *Project::find(const std::string &id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &scripts_[found->second];
}

std::vector<report::RevisionView> Project::views(const std::vector<std::string> &ids) const {
  const std::vector<std::string> heads = map_.heads();
  const std::vector<std::string> real_heads = map_.real_heads();
  const std::vector<std::string> branch_points = map_.branch_points();
  const std::vector<std::vector<std::string>> branches = map_.effective_labels();
  std::vector<report::RevisionView> views;
  views.reserve(ids.size());
  for (const std::string &id : ids) {
    const std::optional<graph::Index> position = map_.position(id);
    if (!position || !map_.node(*position).known) continue;
    const graph::Node &node = map_.node(*position);
    report::RevisionView view;
    view.id = id;
    view.down_revisions = node.down_revisions;
    view.depends_on = node.depends_on;
    view.labels = node.labels;
    view.branches = branches[*position];
    if (const script::Script *script = find(id)) {
      view.message = script->message;
      view.created = script->created;
      view.path = script->path;
    }
    view.head = contains(heads, id);
    view.needed = view.head && !contains(real_heads, id);
    view.branch_point = contains(branch_points, id);
    view.merge_point = node.down_revisions.size() > 1;
    if (view.branch_point) view.children = map_.children(id);
    if (asked_a_database_) view.applied = contains(applied_, id);
    view.current = contains(current_, id);
    views.push_back(std::move(view));
  }
  return views;
}

} // namespace migrator::commands
