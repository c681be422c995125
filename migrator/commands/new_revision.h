// Writing a new revision file: what `revision` and `merge` have in common once the parents are known.
#pragma once

#include <string>
#include <vector>

#include "migrator/commands/context.h"
#include "migrator/commands/project.h"
#include "migrator/error/error.h"

namespace migrator::commands {

struct NewRevisionRequest {
  std::string id; // empty: a random one
  std::string message;
  std::vector<std::string> parents; // full ids; none: a base
  std::vector<std::string> depends_on;
  std::vector<std::string> labels;
  std::string folder; // where the file goes; one of the project's
};

// Checks that the graph is whole with the new revision in it, writes the file and prints its path.
// InvalidGraph: an id or label that is malformed or taken. FileExists, NotWritable: the file.
Status write_revision(const Context &context, const Project &project, const NewRevisionRequest &request);

// The folder of the first parent, else the only one of the project. InvalidTarget: a base in a project with several folders.
Result<std::string> default_folder(const Context &context, const Project &project, const std::vector<std::string> &parents);

} // namespace migrator::commands
