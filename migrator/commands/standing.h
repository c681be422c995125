// What the files and the database say together: loaded scripts, the state of a database, and the graph of both. Shared by all verbs that
// look at a database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "migrator/commands/connection.h"
#include "migrator/graph/revision_map.h"
#include "migrator/ledger/entry.h"
#include "migrator/plan/planner.h"
#include "migrator/report/bearings.h"
#include "migrator/script/script.h"

namespace migrator::commands {

using Heads = std::vector<std::string>;

// The revision files, read in full, with their warnings shown.
struct Files {
  std::vector<graph::Node> nodes; // in the order of reading
  plan::Scripts by_revision;
};
Result<Files> load_files(const Context &context);

// Where a database stands among the revisions of files and journal.
struct Standing {
  ledger::State state;
  graph::RevisionMap map;
};
Result<Standing> read_standing(const Connection &connection, const Files &files);
// The same from a state that has been read.
Result<Standing> standing_of(const Files &files, ledger::State state);
// The same for a database that is not there yet.
Result<Standing> standing_of_nothing(const Files &files);

// Everything between the database's truth and a plan that may run. Reads down sections from the journal where files are missing.
Result<plan::Plan> make_plan(const Connection &connection, const Files &files, const Standing &standing,
                             const plan::Request &request);

// What reports say of where the database stands, with `heads` at the end of the verb. Without a standing (the database was not read) only what the
// files say; without files nothing.
report::Bearings bearings(const std::optional<Files> &files, const std::optional<Standing> &standing,
                          const std::vector<std::string> &targets, const Heads &heads);

// What is applied: the heads and everything below them, newest first (a child before its parents); heads that nobody knows first of all.
std::vector<std::string> applied_newest_first(const graph::RevisionMap &map, const std::vector<std::string> &heads);

} // namespace migrator::commands
