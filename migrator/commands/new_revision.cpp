// See new_revision.h.
#include "migrator/commands/new_revision.h"

#include <chrono>

#include <nlohmann/json.hpp>

#include "migrator/commands/files.h"
#include "migrator/config/suggestion.h"
#include "migrator/report/printable.h"
#include "migrator/script/file_name.h"
#include "migrator/script/names.h"
#include "migrator/script/revision_id.h"
#include "migrator/script/revision_template.h"

namespace migrator::commands {

namespace {

Status check_names(const Project &project, const NewRevisionRequest &request) {
  if (!request.id.empty()) {
    if (!script::is_revision_id(request.id))
      return fail(ErrorCode::InvalidGraph,
                  config::in_quotes(request.id) +
                      " cannot be a revision's id. Use 1 to 32 letters, digits and \"_\", and none of none, base, "
                      "head, heads, current.",
                  {request.id});
    if (const script::Script *taken = project.find(request.id))
      return fail(ErrorCode::InvalidGraph,
                  "the id " + config::in_quotes(request.id) + " is taken by " + taken->path +
                      ". Choose another, or leave --rev-id out.",
                  {request.id});
  }
  for (const std::string &label : request.labels)
    if (!script::is_label(label))
      return fail(ErrorCode::InvalidGraph,
                  config::in_quotes(label) +
                      " cannot be a branch label. Use a word without blanks, commas and @ - + :, and none of none, base, "
                      "head, heads, current.",
                  {label});
  return {};
}

// The graph as it will be: whatever is wrong with the new revision shows here, before there is a file.
Status check_graph(const Project &project, const NewRevisionRequest &request, const std::string &id, const std::string &path) {
  std::vector<graph::Node> nodes = project.map().nodes();
  graph::Node added;
  added.id = id;
  added.down_revisions = request.parents;
  added.depends_on = request.depends_on;
  added.labels = request.labels;
  added.path = path;
  nodes.push_back(std::move(added));
  Result<graph::RevisionMap> whole = graph::RevisionMap::build(std::move(nodes));
  if (!whole) return fail(std::move(whole.error()));
  return {};
}

std::string joined(const std::string &folder, const std::string &name) {
  return folder.back() == '/' ? folder + name : folder + "/" + name;
}

} // namespace

Result<std::string> default_folder(const Context &context, const Project &project, const std::vector<std::string> &parents) {
  if (context.settings.migrations.size() == 1) return context.settings.migrations.front();
  if (!parents.empty())
    if (const script::Script *parent = project.find(parents.front())) return parent->path.substr(0, parent->path.rfind('/'));
  return fail(ErrorCode::InvalidTarget, "the project has several folders of revisions. Name one with --version-path.",
              context.settings.migrations);
}

Result<MadeRevision> make_revision(const Context &context, const Project &project, const NewRevisionRequest &request) {
  if (Status fine = check_names(project, request); !fine) return fail(fine.error());
  std::string id = request.id;
  while (id.empty() || (request.id.empty() && project.find(id) != nullptr)) id = script::generate_revision_id(context.random);
  script::NewRevision revision;
  revision.revision = id;
  revision.message = request.message;
  revision.down_revisions = request.parents;
  revision.depends_on = request.depends_on;
  revision.labels = request.labels;
  revision.created = std::chrono::floor<std::chrono::seconds>(context.clock.now());
  revision.notes = request.notes;
  revision.sections = request.sections;
  revision.down_irreversible = request.down_irreversible;
  const std::string path = joined(request.folder, script::file_name(revision.created, id, request.message));
  if (Status fine = check_graph(project, request, id, path); !fine) return fail(fine.error());
  return MadeRevision{id, path, script::render_revision(revision)};
}

Status write_revision(const Context &context, const Project &project, const NewRevisionRequest &request) {
  const Result<MadeRevision> made = make_revision(context, project, request);
  if (!made) return fail(made.error());
  if (Status written = write_new_file(made->path, made->text); !written) return written;
  context.output.line("created " + report::printable(made->path));
  context.output.document({{"revision", made->id},
                           {"path", made->path},
                           {"message", request.message},
                           {"down_revisions", request.parents},
                           {"depends_on", request.depends_on},
                           {"labels", request.labels}});
  return {};
}

} // namespace migrator::commands
