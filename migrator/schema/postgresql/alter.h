// How objects that stay are altered in place, a kind each. Pure.
#pragma once

#include <vector>

#include "migrator/schema/postgresql/plan.h"
#include "migrator/schema/render.h"

namespace migrator::schema::postgresql {

// `from` and `to` are one object of both schemas. With `owned` its owner and grants too.
std::vector<Piece> alter(const Plan &plan, const Object &from, const Object &to, bool owned);

} // namespace migrator::schema::postgresql
