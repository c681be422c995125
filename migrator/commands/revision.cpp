// The verb `revision`: finds the parents that the arguments mean, and writes the file.
#include <algorithm>

#include "migrator/commands/commands.h"
#include "migrator/commands/new_revision.h"
#include "migrator/commands/project.h"
#include "migrator/config/suggestion.h"
#include "migrator/graph/target.h"

namespace migrator::commands {

namespace {

std::string listed(const std::vector<std::string> &ids) {
  std::string text;
  for (const std::string &id : ids) text += (text.empty() ? "" : ", ") + id;
  return text;
}

Result<std::vector<std::string>> parents_of(const Project &project, const cli::RevisionArguments &arguments) {
  const std::vector<std::string> heads = project.map().heads();
  if (arguments.heads.empty()) {
    if (heads.size() > 1)
      return fail(ErrorCode::MultipleHeads,
                  "there are several heads: " + listed(heads) +
                      ". Name the parent with --head, or join them first with \"migrator merge\".",
                  heads);
    return heads;
  }
  std::vector<std::string> parents;
  for (const std::string &target : arguments.heads) {
    Result<std::vector<std::string>> meant = graph::resolve_target(project.map(), target);
    if (!meant) return fail(std::move(meant.error()));
    for (std::string &id : *meant) {
      if (std::find(parents.begin(), parents.end(), id) != parents.end())
        return fail(ErrorCode::InvalidTarget, "the parent " + id + " is named twice. Name each parent once.", {id});
      if (!arguments.splice && !std::binary_search(heads.begin(), heads.end(), id))
        return fail(ErrorCode::InvalidTarget,
                    id + " is not a head. Give --splice to start a branch from it, or name a head: " + listed(heads) + ".", {id});
      parents.push_back(std::move(id));
    }
  }
  return parents;
}

// Labels stay as they were written; anything else becomes the full id it means.
Result<std::vector<std::string>> dependencies_of(const Project &project, const cli::RevisionArguments &arguments) {
  const auto labels = project.map().labels();
  std::vector<std::string> dependencies;
  for (const std::string &target : arguments.depends_on) {
    const bool label = std::any_of(labels.begin(), labels.end(), [&](const auto &row) { return row.first == target; });
    if (label) {
      dependencies.push_back(target);
      continue;
    }
    Result<std::vector<std::string>> meant = graph::resolve_target(project.map(), target);
    if (!meant) return fail(std::move(meant.error()));
    dependencies.insert(dependencies.end(), meant->begin(), meant->end());
  }
  return dependencies;
}

Result<std::string> folder_for(const Context &context, const Project &project, const std::string &wanted,
                               const std::vector<std::string> &parents) {
  if (wanted.empty()) return default_folder(context, project, parents);
  const auto bare = [](std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path.rfind("./", 0) == 0 ? path.substr(2) : path;
  };
  for (const std::string &folder : context.settings.migrations)
    if (bare(folder) == bare(wanted)) return folder;
  return fail(ErrorCode::InvalidTarget,
              config::in_quotes(wanted) + " is none of the project's folders: " + listed(context.settings.migrations) +
                  ". Add it to \"migrations\" in migrator.yaml first.",
              {wanted});
}

} // namespace

Result<NewRevisionRequest> new_revision_request(const Context &context, const Project &project,
                                                const cli::RevisionArguments &arguments) {
  Result<std::vector<std::string>> parents = parents_of(project, arguments);
  if (!parents) return fail(std::move(parents.error()));
  Result<std::vector<std::string>> dependencies = dependencies_of(project, arguments);
  if (!dependencies) return fail(std::move(dependencies.error()));
  Result<std::string> folder = folder_for(context, project, arguments.version_path, *parents);
  if (!folder) return fail(std::move(folder.error()));
  NewRevisionRequest request;
  request.id = arguments.rev_id;
  request.message = arguments.message;
  request.parents = std::move(*parents);
  request.depends_on = std::move(*dependencies);
  request.labels = arguments.branch_labels;
  request.folder = std::move(*folder);
  return request;
}

Status revision(const Context &context, const cli::RevisionArguments &arguments) {
  const Result<Project> project = Project::load(context);
  if (!project) return fail(project.error());
  const Result<NewRevisionRequest> request = new_revision_request(context, *project, arguments);
  if (!request) return fail(request.error());
  return write_revision(context, *project, *request);
}

} // namespace migrator::commands
