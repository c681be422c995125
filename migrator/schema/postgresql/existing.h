// How tables that may hold rows and be in use are changed: without long locks, and with values for what must not be null. Pure.
#pragma once

#include <string>
#include <vector>

#include "migrator/schema/object.h"
#include "migrator/schema/postgresql/plan.h"
#include "migrator/schema/render.h"

namespace migrator::schema::postgresql {

Piece in_transaction(std::string sql, std::string note = {});
Piece outside(std::string sql, std::string note = {});

// NOT VALID and then VALIDATE. Not for keys: see indexes.h.
std::vector<Piece> add_constraint(const Object &constraint);
// A column that must have values gets them in batches, where the table has a key for it.
std::vector<Piece> add_column(const Plan &plan, const Object &column);
// All that ALTER COLUMN does but for DROP NOT NULL, in an order in which each can be done.
std::vector<Piece> alter_column(const Plan &plan, const Object &from, const Object &to);
// DROP NOT NULL, when no key and no replica identity needs it any more.
std::vector<Piece> allow_nulls(const Plan &plan);

} // namespace migrator::schema::postgresql
