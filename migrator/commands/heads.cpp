// The verb `heads`: the newest revisions of the files.
#include <nlohmann/json.hpp>

#include "migrator/commands/commands.h"
#include "migrator/commands/project.h"

namespace migrator::commands {

Status heads(const Context &context, const cli::HeadsArguments &arguments) {
  Result<Project> project = Project::load(context);
  if (!project) return fail(std::move(project.error()));
  const std::vector<std::string> ids = arguments.resolve_dependencies ? project->map().real_heads() : project->map().heads();
  const report::Style &style = context.output.options().style;
  nlohmann::ordered_json revisions = nlohmann::ordered_json::array();
  for (const report::RevisionView &view : project->views(ids)) {
    if (context.global.verbose)
      context.output.block(report::revision_details(view, style));
    else
      context.output.line(report::revision_line(view, {.branches = true}, style));
    if (context.output.json()) revisions.push_back(report::revision_json(view));
  }
  context.output.document({{"heads", ids}, {"revisions", std::move(revisions)}});
  return {};
}

} // namespace migrator::commands
