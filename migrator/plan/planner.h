// From what is wanted, what the files say and what the database says to a Plan, or to the error that stops the run before
// anything changes. Pure: the state and the journal's down sections are handed in.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "migrator/graph/revision_map.h"
#include "migrator/graph/walk.h"
#include "migrator/ledger/entry.h"
#include "migrator/plan/plan.h"
#include "migrator/script/script.h"

namespace migrator::plan {

// What a moving verb asks for.
struct Request {
  enum class Verb : std::uint8_t { Upgrade, Downgrade, Migrate } verb = Verb::Upgrade;
  std::vector<std::string> targets; // upgrade and downgrade: exactly one
  graph::MigrateOptions options;    // strict is used by upgrade too
};

using Scripts = std::map<std::string, std::shared_ptr<const script::Script>, std::less<>>;

// The files' revisions as the graph wants them.
std::vector<graph::Node> nodes(const std::vector<script::Script> &scripts);

// The graph of the files, and with in_files=false of the applied revisions that only the journal knows. The errors of RevisionMap::build.
Result<graph::RevisionMap> combine(const std::vector<graph::Node> &files, const ledger::State &state);

// The files by id. Two files of one id are told apart by RevisionMap::build, which names both.
Scripts by_revision(std::vector<script::Script> scripts);

// Whether what is applied is what the files say (21 if not): up checksums and parents, for every applied revision with a file and a
// journal row. Gives what to note and what to adopt; empty Scripts of unknown revisions are left alone.
struct Verified {
  std::vector<std::string> notes;
  std::vector<ledger::Entry> adopt;
};
Result<Verified> verify_applied(const graph::RevisionMap &map, const Scripts &scripts, const ledger::State &state,
                                Dialect dialect);

// Which way to go, the partial step left out: it comes first and changes the heads that the walk starts from.
struct Route {
  std::optional<graph::WalkStep> partial; // the step to finish first, in its own direction
  std::vector<std::string> heads;         // after it, where the walk starts
  graph::Walk walk;
  // Revisions that go down (or are finished) and have no file: their down sections are needed from the journal.
  std::vector<std::string> from_journal;
};
Result<Route> route(const graph::RevisionMap &map, const Scripts &scripts, const ledger::State &state, const Request &request);

// The whole plan. `stored_downs` has a Script for every id in Route::from_journal. Everything that the files can be refused for is refused
// here: a revision without a section for this dialect, an irreversible step, statements that no section may hold, an edited statement of a
// partial step.
Result<Plan> build_plan(const graph::RevisionMap &map, const Scripts &scripts, const Scripts &stored_downs,
                        const ledger::State &state, const Route &route, Dialect dialect, const database::SqlDialect &sql);

// The way back over the first `committed` steps of a plan that ran up, newest first (--on-failure revert). The same errors.
Result<Plan> reverse_plan(const graph::RevisionMap &map, const Plan &ran, std::size_t committed, const ledger::State &state,
                          Dialect dialect, const database::SqlDialect &sql);

} // namespace migrator::plan
