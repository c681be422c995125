// A plan as people and programs read it: what --dry-run prints (docs/json.md). Pure.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "migrator/plan/plan.h"
#include "migrator/report/style.h"

namespace migrator::report {

// {"steps":[{"revision","direction","message","transactional","from_journal","resumes","checksum","sql":[…],"units":[…]}],"heads_before",
// "heads_after","untouched","outcome","hash","notes"}.
nlohmann::ordered_json plan_document(const plan::Plan &plan);

// A block a step with its SQL, unit boundaries marked; ends with a line end.
std::string plan_text(const plan::Plan &plan, const Style &style);

// "Moves", "NothingToDo", "Ahead".
std::string_view name(graph::WalkOutcome outcome) noexcept;

} // namespace migrator::report
