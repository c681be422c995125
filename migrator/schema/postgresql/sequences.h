// What is said of sequences, those of identity columns too, from one state to another. Pure.
#pragma once

#include <string>
#include <vector>

#include "migrator/schema/object.h"

namespace migrator::schema::postgresql {

// ALTER SEQUENCE and ALTER COLUMN … SET; without owners, dropped identities and defaults. A sequence stays where it is while its bounds have room for that.
std::vector<std::string> alter_sequence(const Object &from, const Object &to);
// `only`: no other sequence is owned by the column.
std::vector<std::string> alter_identity(const Object &from, const Object &to, bool only);
// Goes on behind the values that a column has; only of a sequence that counts_up().
std::string move_sequence(const Object &column, const std::string &sequence, const Value &options);
bool counts_up(const Value &options);

} // namespace migrator::schema::postgresql
