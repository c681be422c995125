// A plan: which steps a moving verb would take, in order, each with its SQL and units, and what the version table holds before
// and after. Values only; planner.h makes them. Pure.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "migrator/graph/walk.h"
#include "migrator/ledger/entry.h"
#include "migrator/plan/unit.h"
#include "migrator/script/script.h"

namespace migrator::plan {

struct Step {
  std::string revision;
  Direction direction = Direction::Up;
  std::shared_ptr<const script::Script> script; // what runs; from the journal when the file is not here
  bool from_journal = false;
  std::vector<std::string> depends_on; // resolved to ids
  std::string checksum;                // of this direction and dialect
  std::string up_checksum;
  std::string down_checksum;
  std::optional<std::string> down_text; // what the journal keeps; none: irreversible
  std::vector<StepItem> items;          // all of the step, also what a partial step has done
  std::vector<std::string> statement_checksums;
  std::vector<Unit> units;              // what is left to run
  ledger::VersionChange change;         // empty when a partial step down has moved its rows already
  std::optional<ledger::Entry> resumes; // the partial row that this step goes on from

  bool transactional() const noexcept; // one transaction holds the whole step
  int statements_total() const noexcept { return static_cast<int>(statement_checksums.size()); }
};

struct Plan {
  std::vector<Step> steps;
  std::vector<std::string> heads_before;
  std::vector<std::string> heads_after;
  std::vector<std::string> untouched; // heads that migrate --to leaves alone
  graph::WalkOutcome outcome = graph::WalkOutcome::NothingToDo;
  std::vector<std::string> notes;   // an edited down section and the like, one sentence each
  std::vector<ledger::Entry> adopt; // applied revisions that get their journal row at this run
  std::string hash;                 // "v1:…" (docs/json.md)

  bool goes_down() const noexcept;
  // Steps that lose data for good or cannot be taken back; for questions on a terminal and --on-failure revert.
  bool revertible() const noexcept;
};

// "v1:" and the SHA-256 of the canonical JSON of heads before and after and of every step's revision, direction, checksum and options.
std::string plan_hash(const Plan &plan);

// One step as --approved remembers it.
struct ApprovedStep {
  std::string revision;
  std::string direction;
  std::string checksum;
  friend bool operator==(const ApprovedStep &, const ApprovedStep &) = default;
};

// What the history keeps of an approved plan, to tell what is left of it after a retry.
struct ApprovedPlan {
  std::string hash;
  std::vector<ApprovedStep> steps;
};

std::string to_json(const ApprovedPlan &plan);
std::optional<ApprovedPlan> approved_from_json(std::string_view json);
ApprovedPlan approved_plan(const Plan &plan);

// Whether `plan` may run under the approval `hash`: it is that plan, or its steps are the last ones of `kept`, which is that plan.
bool approved_by(const Plan &plan, std::string_view hash, const std::optional<ApprovedPlan> &kept);

} // namespace migrator::plan
