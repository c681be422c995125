// What in a plan loses data for good: the reason for a question on a terminal, and the plan's kind for approval. Pure.
#pragma once

#include <string>
#include <vector>

#include "migrator/plan/plan.h"

namespace migrator::plan {

// "revision 1a2b: DROP TABLE orders", one a statement that drops a table, column, schema, type or sequence, drops by CASCADE what may hold columns,
// or empties a table; names as written, in the order of the plan. A table that the same step copied, dropped and made anew under its old
// name, in this order (SQLite's rebuild), is no loss.
std::vector<std::string> losses(const Plan &plan, Dialect dialect);

// What kinds of work a plan holds, sorted: "up", "down", "resumes" (a partial step), "from-journal" (a step down whose file is gone), "irreversible" (a
// step up that has no way back), "non-transactional" (a statement outside a transaction), "data" (a data section), "drops" (`losses` of this plan is
// not empty), "empties" (it takes the last revision down).
std::vector<std::string> kinds(const Plan &plan, const std::vector<std::string> &losses);

} // namespace migrator::plan
