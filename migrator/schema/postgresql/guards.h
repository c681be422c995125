// What must hold of rows before anything changes, for a statement further on would fail on them halfway. Pure.
#pragma once

#include <vector>

#include "migrator/schema/postgresql/plan.h"
#include "migrator/schema/render.h"

namespace migrator::schema::postgresql {

// An assert for each kept column that must have values and need not before, and for each that may hold a label which its enum loses.
std::vector<Piece> guards(const Plan &plan);

} // namespace migrator::schema::postgresql
