// Columns that go on drawing numbers, but from another sequence or identity than before: what was handed out is not handed out again, though its row be
// gone. What they drew from gets another name, stays until its place is known, and goes last. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "migrator/schema/object.h"
#include "migrator/schema/postgresql/plan.h"

namespace migrator::schema::postgresql {

// The sequence that the default of a column draws from; null: none.
const Object *drawn_from(const Schema &schema, const Object &column);
// Whether a kept column draws from something in both schemas, and not from the same.
bool draws_elsewhere(const Plan &plan, const Object &from, const Object &to);
// Sequences that go, and that such columns drew from: they are of Plan::late.
std::vector<ObjectId> left_behind(const Plan &plan);
// The name of what is late while it waits; quoted, without its schema.
std::string waiting_name(const ObjectId &late);

// The identity's sequence gets a name that is known, for leave_identity().
std::string set_identity_aside(const ObjectId &column);
// The sequence that the default will draw from goes on behind the identity, which goes; none: that is not the change.
std::vector<std::string> leave_identity(const Plan &plan, const Object &from, const Object &to);
// From one sequence to another; none: that is not the change.
std::vector<std::string> follow_sequence(const Plan &plan, const Object &from, const Object &to);
// The place of the sequence that a column drew from: a query of its two values, for alter_identity().
std::optional<std::string> left_place(const Plan &plan, const Object &from);

} // namespace migrator::schema::postgresql
