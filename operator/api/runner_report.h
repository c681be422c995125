// What a runner leaves in /dev/termination-log: the migrator's bounded report (docs/json.md) as a value. It comes from a container, so it is not
// trusted: every text is bounded and stripped of control characters, every number is checked. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "operator/api/migration.h"

namespace controller::api {

struct RunnerReport {
  std::string protocol; // "1.0"
  std::string run_id;
  std::string outcome; // Done, NothingToDo, Ahead, Failed, Reverted, Restored; Moves of a plan
  int exit_code = 0;
  std::vector<std::string> heads_before;
  std::vector<std::string> heads_after;       // empty: base, or not known
  bool heads_known = false;                   // whether the runner came as far as reading the database's heads
  std::vector<std::string> target_heads;      // what the targets mean in this runner's files and this database
  std::vector<std::string> file_heads;        // heads of the runner's files
  std::optional<std::int64_t> pending;        // revisions of the files, wanted by the target, that are not applied at the end
  std::vector<std::string> applied_revisions; // newest first
  std::int64_t applied_revisions_cut = 0;     // how many older ones the report had no room for
  std::string plan_hash;
  std::string error_code; // "SqlError"; empty if it went well
  std::string message;    // the error's
  std::vector<std::string> subject;
  std::optional<FailedStep> failed;
  std::optional<LastBackup> backup; // without a time
  // Plans only:
  std::vector<PlanStep> steps;
  std::int64_t steps_cut = 0;
  std::vector<std::string> down_revisions; // what the plan would take away
  std::int64_t down_revisions_cut = 0;     // how many more the report had no room for
  bool destructive = false;
  std::vector<std::string> kinds;
  std::vector<std::string> findings;
  std::vector<std::string> sql;
  std::int64_t seconds = 0;
};

enum class ReportFault : std::uint8_t { Missing, NotJson, OtherRun, TooOld, TooNew };

// Missing: no text. NotJson: not the document. OtherRun: another run's id. TooOld, TooNew: the protocol's major differs, or its minor is more than
// two behind ours (the design's "last 3 minors").
tl::expected<RunnerReport, ReportFault> read_report(std::string_view termination_message, std::string_view run_id);

} // namespace controller::api
