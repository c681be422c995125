// What is said of sequences, those of identity columns too, from one state to another. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "migrator/schema/object.h"

namespace migrator::schema::postgresql {

// ALTER SEQUENCE and ALTER COLUMN … SET; without owners, dropped identities and defaults. A sequence stays where it is while its bounds have room for that.
std::vector<std::string> alter_sequence(const Object &from, const Object &to);
// `only`: no other sequence is owned by the column. `place`: where what the column drew from before stands, a query of two values.
std::vector<std::string> alter_identity(const Object &from, const Object &to, bool only, const std::optional<std::string> &place);
// The sequence of an identity column as an expression, beside others that the column may own.
std::string sequence_of_identity(const ObjectId &column);
// Goes on behind the values that a column has; only of a sequence that counts_up().
std::string move_sequence(const Object &column, const std::string &sequence, const Value &options);
bool counts_up(const Value &options);
// "pg_catalog.setval(…) FROM …": the furthest of the places that its bounds have room for, each a query of a last value and whether it was given out.
std::string set_behind(const std::string &sequence, const std::vector<std::string> &places, const Value &options,
                       const std::string &type);
// The last of a column's values; none where they tell nothing: it is no number, or numbers come again.
std::vector<std::string> place_of_rows(const Object &column, const Value &options);

} // namespace migrator::schema::postgresql
