// The verb `merge`: a revision whose parents are heads.
#include <algorithm>

#include "migrator/commands/commands.h"
#include "migrator/commands/new_revision.h"
#include "migrator/commands/project.h"
#include "migrator/graph/target.h"

namespace migrator::commands {

namespace {

Result<std::vector<std::string>> parents_of(const Project &project, const cli::MergeArguments &arguments) {
  const std::vector<std::string> heads = project.map().heads();
  if (arguments.revisions.empty()) return heads;
  std::vector<std::string> parents;
  for (const std::string &target : arguments.revisions) {
    Result<std::vector<std::string>> meant = graph::resolve_target(project.map(), target);
    if (!meant) return fail(std::move(meant.error()));
    for (std::string &id : *meant) {
      if (!std::binary_search(heads.begin(), heads.end(), id))
        return fail(ErrorCode::InvalidTarget,
                    id + " is not a head, so there is nothing to merge it with. \"migrator heads\" lists the heads.", {id});
      if (std::find(parents.begin(), parents.end(), id) == parents.end()) parents.push_back(std::move(id));
    }
  }
  return parents;
}

} // namespace

Status merge(const Context &context, const cli::MergeArguments &arguments) {
  Result<Project> project = Project::load(context);
  if (!project) return fail(std::move(project.error()));
  Result<std::vector<std::string>> parents = parents_of(*project, arguments);
  if (!parents) return fail(std::move(parents.error()));
  if (parents->size() < 2)
    return fail(ErrorCode::InvalidTarget,
                (parents->empty() ? std::string("there are no heads") : "there is one head, " + parents->front()) +
                    ": nothing to merge. A merge joins two or more.",
                *parents);
  Result<std::string> folder = default_folder(context, *project, *parents);
  if (!folder) return fail(std::move(folder.error()));
  std::string message = arguments.message;
  if (message.empty()) {
    message = "merge " + parents->front();
    for (std::size_t i = 1; i < parents->size(); ++i) message += (i + 1 == parents->size() ? " and " : ", ") + (*parents)[i];
  }
  return write_revision(context, *project,
                        {arguments.rev_id,
                         std::move(message),
                         std::move(*parents),
                         {},
                         arguments.branch_labels,
                         std::move(*folder),
                         {},
                         {},
                         false});
}

} // namespace migrator::commands
