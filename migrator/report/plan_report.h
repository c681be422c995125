// A plan as people and programs read it: what --dry-run prints (docs/json.md). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "migrator/plan/plan.h"
#include "migrator/report/bearings.h"
#include "migrator/report/style.h"

namespace migrator::report {

// {"steps":[{"revision","direction","message","transactional","from_journal","resumes","checksum","sql":[…],"units":[…]}],"heads_before",
// "heads_after","untouched","outcome","hash","notes"}.
nlohmann::ordered_json plan_document(const plan::Plan &plan);

// A block a step with its SQL, unit boundaries marked; ends with a line end.
std::string plan_text(const plan::Plan &plan, const Style &style);

// What a dry run leaves for --report.
struct PlanReport {
  std::string run_id;
  const plan::Plan *plan = nullptr; // null: there is none, and `error` says why
  std::vector<std::string> heads;   // the database's
  std::vector<std::string> losses;  // plan::losses
  Bearings bearings;
  bool sql = false; // --report-sql
  std::string started_at;
  std::int64_t milliseconds = 0;
  std::optional<Error> error;
};

// {"protocol","kind":"plan","outcome","exit_code","run_id","heads_before","heads_after","untouched","steps":[{"revision","direction",
// "transactional"}],"down_revisions","destructive","kinds","findings","plan_hash","started_at","seconds"}, the bearings, "sql" if asked for, with
// passwords as ***, and "error". Cut to at most `limit` bytes (at least 1,000), valid JSON and UTF-8 always: first the SQL from its end, then
// findings, then the last steps, then the oldest applied revisions, the untouched heads, the last down revisions, each with a count in "…_cut"; then
// the error's subject and message; at last heads and long names.
std::string bounded_plan_report(const PlanReport &report, std::size_t limit);

// "Moves", "NothingToDo", "Ahead".
std::string_view name(graph::WalkOutcome outcome) noexcept;

} // namespace migrator::report
