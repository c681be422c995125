// The revision files of a project with the graph they make, and what is to be said of each revision. Loaded once by a verb that shows
// or writes revisions.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "migrator/commands/commands.h"
#include "migrator/commands/context.h"
#include "migrator/error/error.h"
#include "migrator/graph/revision_map.h"
#include "migrator/report/revision_text.h"
#include "migrator/script/script.h"

namespace migrator::commands {

class Project {
public:
  // Reads the headers of all files in the settings' folders and says their warnings. `state` adds what only a database's journal
  // knows; null: no database was asked, and no revision is called applied or not. The errors of script::load() and
  // RevisionMap::build().
  static Result<Project> load(const Context &context, const AppliedState *state = nullptr);

  const graph::RevisionMap &map() const noexcept { return map_; }
  const script::Script *find(const std::string &id) const; // null: no file

  // The views of these ids, in their order; ids that neither files nor journal hold are left out.
  std::vector<report::RevisionView> views(const std::vector<std::string> &ids) const;

private:
  Project(std::vector<script::Script> scripts, graph::RevisionMap map);

  std::vector<script::Script> scripts_;
  std::unordered_map<std::string, std::size_t> by_id_;
  graph::RevisionMap map_;
  bool asked_a_database_ = false;
  std::vector<std::string> current_; // the database's heads, sorted
  std::vector<std::string> applied_; // sorted
};

// A revision file's place in the graph.
graph::Node node_of(const script::Script &script);

} // namespace migrator::commands
