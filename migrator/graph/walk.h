// From where a database stands to where it shall be: the steps of upgrade, downgrade and migrate, in order, and the version
// table's rows before and after (docs/targets.md). The planner turns a Walk into a Plan; nothing here reads SQL or runs anything.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "migrator/error/error.h"
#include "migrator/graph/revision_map.h"
#include "migrator/script/script.h"

namespace migrator::graph {

struct WalkStep {
  std::string revision; // a full id
  Direction direction = Direction::Up;
  friend bool operator==(const WalkStep &, const WalkStep &) = default;
};

enum class WalkOutcome : std::uint8_t {
  Moves,       // there are steps
  NothingToDo, // the database is there already
  Ahead,       // nothing to do, and the database has heads that the files do not know
};

// Steps going up: what a revision needs comes before it, ties by id. Steps going down: the exact reverse of the order in which
// the same revisions would go up. In a walk with both, all steps down come first. So the order depends on nothing but the set of
// steps, and what is left after some of them were run is in the same order again.
struct Walk {
  std::vector<WalkStep> steps;
  std::vector<std::string> heads_before; // rows of the version table; sorted
  std::vector<std::string> heads_after;  // sorted
  std::vector<std::string> untouched;    // migrate_to: rows after that belong to none of the targets; sorted
  WalkOutcome outcome = WalkOutcome::NothingToDo;
};

// The common errors of all walks:
//   MissingRevision: a current head is neither in the files nor in the journal, or a step would take such a revision down
//   InvalidTarget, UnknownRevision, AmbiguousRevision, MultipleHeads, AmbiguousWalk, OutOfRange: see target.h
//   UnknownRevision: a step up needs a revision that only the journal knows
// Order and repetition of `current_heads` do not matter.

// Everything that `target` needs and that is not applied. Never goes down: an applied target gives an empty walk.
// For head-like targets (head, heads, label@head):
//   Ahead (an outcome): all they want is applied, and the database has heads that are in no file; with `strict` an error
//   Diverged: it has such heads, and wanted revisions that are not applied share an ancestor or dependency with them
Result<Walk> upgrade(const RevisionMap &map, const std::vector<std::string> &current_heads, std::string_view target,
                     bool strict = false);

// Takes down everything applied that descends from the target, or depends on something that does. `label@…` and `-N` keep to
// that branch where the target is a branch point. InvalidTarget: the target is not applied, so nothing stands on it.
Result<Walk> downgrade(const RevisionMap &map, const std::vector<std::string> &current_heads, std::string_view target);

struct MigrateOptions {
  bool allow_down = false;
  bool exact = false;  // take down everything that no target needs; explicit targets only
  bool strict = false; // Ahead is an error
};

// `migrate --to A,B`: up to everything that the targets need; down only what descends from or depends on an explicit target (an id
// or base) and is needed by no target. Head-like targets never go down; Ahead, Diverged and strict as in upgrade().
// DownNotAllowed: there are steps down, and allow_down is false; subject: the revisions, in the order they would go.
// InvalidTarget: no targets; a target relative to the current revision (another run would mean another revision); `base` beside
// other targets; a head-like target or `label@base` with exact.
Result<Walk> migrate_to(const RevisionMap &map, const std::vector<std::string> &current_heads,
                        const std::vector<std::string> &targets, const MigrateOptions &options);

// A walk without a database, for --sql: "start:end", or "end" alone going up (from base). The start is absolute.
// InvalidTarget: going down without a start, an empty part, more than one colon.
Result<Walk> offline_walk(const RevisionMap &map, Direction direction, std::string_view range);

} // namespace migrator::graph
