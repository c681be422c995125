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
  // What --autogenerate writes; empty: sections to be filled in.
  std::vector<std::string> notes;
  std::vector<script::Section> sections;
  bool down_irreversible = false;
};

// A revision that is whole, and where its file would go.
struct MadeRevision {
  std::string id;
  std::string path;
  std::string text;
};

// Checks as write_revision() does, and writes nothing.
Result<MadeRevision> make_revision(const Context &context, const Project &project, const NewRevisionRequest &request);

// Checks that the graph is whole with the new revision in it, writes the file and prints its path.
// InvalidGraph: an id or label that is malformed or taken. FileExists, NotWritable: the file.
Status write_revision(const Context &context, const Project &project, const NewRevisionRequest &request);

// What the arguments of `revision` mean: parents, dependencies and the folder found. The errors of revision().
Result<NewRevisionRequest> new_revision_request(const Context &context, const Project &project,
                                                const cli::RevisionArguments &arguments);

// The folder of the first parent, else the only one of the project. InvalidTarget: a base in a project with several folders.
Result<std::string> default_folder(const Context &context, const Project &project, const std::vector<std::string> &parents);

} // namespace migrator::commands
