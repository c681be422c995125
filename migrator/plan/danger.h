// What in a plan loses data for good: the reason for a question on a terminal, and the plan's kind for approval. Pure.
#pragma once

#include <string>
#include <vector>

#include "migrator/plan/plan.h"

namespace migrator::plan {

// "revision 1a2b: DROP TABLE orders", one a statement that drops a table, column or schema, or empties a table; in the order of the plan. A table
// that the same step made anew under its old name (SQLite's rebuild) is no loss.
std::vector<std::string> losses(const Plan &plan, Dialect dialect);

} // namespace migrator::plan
