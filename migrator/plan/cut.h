// Cuts the long transactions of a plan for a scratch database: a server has room for only so many locks in one (max_locks_per_transaction), and
// thousands of tables need more. Nobody sees a scratch database half made, so nothing is lost by it. Pure.
#pragma once

#include "migrator/plan/plan.h"

namespace migrator::plan {

// A transaction of more than kLongTransaction statements becomes several of about kPartOfTransaction. What its SQL sets for the session or, by
// SET LOCAL, for the transaction holds in all of them; from a statement on that ties it to one transaction (SAVEPOINT, DECLARE, ON COMMIT and their
// like) it is not cut any more. Cuts are before a CREATE, ALTER or DROP only. The plan is for one run: its hash stays.
constexpr int kLongTransaction = 500;
constexpr int kPartOfTransaction = 250;

void cut_long_transactions(Plan &plan);

} // namespace migrator::plan
