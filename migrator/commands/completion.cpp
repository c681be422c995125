// The verb `completion`: the shells' scripts, and the revisions that those ask for.
#include "migrator/cli/completion.h"

#include <nlohmann/json.hpp>

#include "migrator/commands/commands.h"
#include "migrator/commands/project.h"

namespace migrator::commands {

Status completion(const Context &context, const cli::CompletionArguments &arguments) {
  if (arguments.subject != cli::CompletionSubject::Revisions) {
    const std::string script = cli::completion_script(arguments.subject);
    context.output.block(script);
    context.output.document({{"script", script}});
    return {};
  }
  Result<Project> project = Project::load(context);
  if (!project) return fail(std::move(project.error()));
  std::vector<std::string> ids;
  for (const graph::Node &node : project->map().nodes()) ids.push_back(node.id);
  for (const std::string &id : ids) context.output.line(id);
  context.output.document({{"revisions", ids}});
  return {};
}

} // namespace migrator::commands
