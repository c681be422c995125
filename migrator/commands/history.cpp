// The verb `history`: all revisions or a range of them, newest first: drawn on a terminal, a line each elsewhere.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "migrator/commands/commands.h"
#include "migrator/commands/project.h"
#include "migrator/graph/range.h"
#include "migrator/report/history_graph.h"
#include "migrator/report/printable.h"

namespace migrator::commands {

namespace {

// What stands beside a revision's node in the drawing.
std::string beside_node(const report::RevisionView &view, bool verbose, const report::Style &style) {
  if (verbose) return report::revision_details(view, style);
  std::string text = style.paint(report::Ink::Yellow, report::printable(view.id));
  if (view.applied) {
    const std::string_view applied = style.unicode ? "✓" : "[x]";
    const std::string_view pending = style.unicode ? " " : "[ ]";
    text += " " + style.paint(report::Ink::Green, *view.applied ? applied : pending);
  }
  for (const std::string &branch : view.labels)
    text += " " + style.paint(report::Ink::Cyan, "(" + report::printable(branch) + ")");
  if (view.down_revisions.empty()) text += " " + style.paint(report::Ink::Dim, "(base)");
  const std::string marks = report::revision_marks(view, true, style);
  if (!marks.empty()) text += " " + marks;
  if (!view.depends_on.empty()) {
    text += " needs";
    for (const std::string &dependency : view.depends_on) text += " " + report::printable(dependency);
  }
  return text + " " + report::printable(view.message);
}

std::optional<std::string> drawing(const Context &context, const Project &project,
                                   const std::vector<report::RevisionView> &views) {
  const report::Style &style = context.output.options().style;
  std::vector<report::GraphRevision> revisions;
  revisions.reserve(views.size());
  for (const report::RevisionView &view : views)
    revisions.push_back({view.id, view.down_revisions, project.map().dependencies(view.id), view.applied,
                         beside_node(view, context.global.verbose, style)});
  return report::draw_graph(revisions, style);
}

void print_lines(const Context &context, const std::vector<report::RevisionView> &views) {
  const report::Style &style = context.output.options().style;
  for (const report::RevisionView &view : views) {
    if (context.global.verbose)
      context.output.block(report::revision_details(view, style));
    else
      context.output.line(
          report::revision_line(view, {.parents = true, .branches = true, .places = true, .message = true}, style));
  }
}

Result<std::vector<std::string>> wanted_ids(const Project &project, const cli::HistoryArguments &arguments,
                                            const AppliedState *state) {
  if (!arguments.range.empty())
    return graph::revisions_in_range(project.map(), state == nullptr ? std::vector<std::string>() : state->heads,
                                     arguments.range);
  std::vector<std::string> ids;
  ids.reserve(project.map().size());
  for (auto node = project.map().nodes().rbegin(); node != project.map().nodes().rend(); ++node) ids.push_back(node->id);
  return ids;
}

} // namespace

Status history(const Context &context, const cli::HistoryArguments &arguments, const ReadApplied &read_applied) {
  const bool needed = arguments.indicate_current || arguments.range.find("current") != std::string::npos;
  if (needed && !context.settings.database_url)
    return fail(ErrorCode::InvalidConfiguration, "no database is configured, so nobody knows what is current. Set DATABASE_URL, "
                                                 "write database_url into migrator.yaml, or give "
                                                 "--database-url.");
  std::optional<AppliedState> state;
  if (context.settings.database_url) {
    Result<AppliedState> read = read_applied();
    if (read)
      state = std::move(*read);
    else if (needed)
      return fail(std::move(read.error()));
    else
      context.output.note("note: applied revisions are not marked: " + report::printable_lines(read.error().text()));
  }
  const AppliedState *known = state ? &*state : nullptr;
  Result<Project> project = Project::load(context, known);
  if (!project) return fail(std::move(project.error()));
  Result<std::vector<std::string>> ids = wanted_ids(*project, arguments, known);
  if (!ids) return fail(std::move(ids.error()));

  std::vector<report::RevisionView> views = project->views(*ids);
  if (context.output.json()) {
    nlohmann::ordered_json revisions = nlohmann::ordered_json::array();
    for (const report::RevisionView &view : views) revisions.push_back(report::revision_json(view));
    context.output.document({{"revisions", std::move(revisions)}});
    return {};
  }
  if (!arguments.indicate_current)
    for (report::RevisionView &view : views) view.current = false;
  if (context.output.options().terminal)
    if (const std::optional<std::string> picture = drawing(context, *project, views)) {
      context.output.block(*picture);
      return {};
    }
  print_lines(context, views);
  return {};
}

} // namespace migrator::commands
