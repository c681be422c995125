// The verb `branches`: the revisions where branches part, each with its children.
#include <nlohmann/json.hpp>

#include "migrator/commands/commands.h"
#include "migrator/commands/project.h"

namespace migrator::commands {

Status branches(const Context &context, const cli::BranchesArguments &) {
  Result<Project> project = Project::load(context);
  if (!project) return fail(std::move(project.error()));
  const report::Style &style = context.output.options().style;
  const std::vector<std::string> points = project->map().branch_points();
  const std::vector<report::RevisionView> views = project->views(points);
  std::vector<std::string> all_children;
  for (const report::RevisionView &point : views)
    all_children.insert(all_children.end(), point.children.begin(), point.children.end());
  const std::vector<report::RevisionView> children = project->views(all_children);
  auto next_child = children.begin();
  nlohmann::ordered_json found = nlohmann::ordered_json::array();
  for (const report::RevisionView &point : views) {
    if (context.global.verbose)
      context.output.block(report::revision_details(point, style));
    else
      context.output.line(report::revision_line(point, {.branches = true, .places = true}, style));
    for (std::size_t i = 0; i < point.children.size(); ++i, ++next_child) {
      const std::string line =
          report::revision_line(*next_child, {.branches = true, .places = true, .message = context.global.verbose}, style);
      context.output.line(std::string(point.id.size(), ' ') + " -> " + line);
    }
    if (!context.output.json()) continue;
    found.push_back(report::revision_json(point));
    found.back()["children"] = point.children;
  }
  context.output.document({{"branches", std::move(found)}});
  return {};
}

} // namespace migrator::commands
