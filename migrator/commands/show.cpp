// The verb `show`: a revision's place in the graph, and its file.
#include <nlohmann/json.hpp>

#include "migrator/commands/commands.h"
#include "migrator/commands/files.h"
#include "migrator/commands/project.h"
#include "migrator/graph/target.h"
#include "migrator/report/printable.h"

namespace migrator::commands {

Status show(const Context &context, const cli::ShowArguments &arguments) {
  Result<Project> project = Project::load(context);
  if (!project) return fail(std::move(project.error()));
  Result<std::vector<std::string>> ids = graph::resolve_target(project->map(), arguments.revision);
  if (!ids) return fail(std::move(ids.error()));
  const report::OutputOptions &options = context.output.options();
  nlohmann::ordered_json shown = nlohmann::ordered_json::array();
  for (const report::RevisionView &view : project->views(*ids)) {
    Result<std::string> text = read_text(view.path);
    if (!text) return fail(std::move(text.error()));
    context.output.block(report::revision_details(view, options.style));
    context.output.block(options.terminal ? report::printable_lines(*text) : *text);
    shown.push_back(report::revision_json(view));
    shown.back()["source"] = *text;
  }
  context.output.document({{"revisions", std::move(shown)}});
  return {};
}

} // namespace migrator::commands
