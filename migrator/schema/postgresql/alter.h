// How objects that stay are altered in place, a kind each. Pure.
#pragma once

#include <vector>

#include "migrator/schema/postgresql/plan.h"
#include "migrator/schema/render.h"

namespace migrator::schema::postgresql {

// `from` and `to` are one object of both schemas. With `owned` its owner and grants too.
std::vector<Piece> alter(const Plan &plan, const Object &from, const Object &to, bool owned);
// A table's toast options, when its columns are what they will be: only a table that has long values has a toast table to set them on.
std::vector<Piece> alter_toast(const Object &from, const Object &to);

} // namespace migrator::schema::postgresql
