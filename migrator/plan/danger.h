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

} // namespace migrator::plan
