// What PostgreSQL converts between types by itself, and values to put where none is known. Pure.
#pragma once

#include <optional>
#include <string>

#include "migrator/schema/object.h"

namespace migrator::schema::postgresql {

// Whether ALTER COLUMN TYPE needs no USING; types as format_type() writes them. False when in doubt.
bool converts_itself(const std::string &from, const std::string &to);

// How the values of a column become another type's: what USING says.
struct Conversion {
  std::string expression;
  bool guess = false; // by way of their text, or cutting: the reader is to look
};
// nullopt: the server converts them itself, and refuses what does not fit. `retyped`: the type is made anew under its name.
std::optional<Conversion> conversion(const Schema &before, const Object &from, const Schema &after, const Object &to,
                                     bool retyped);

// An expression of the column's type that says little: 0, '', the first label.
std::string placeholder(const Schema &schema, const Object &column);
// Whether a column's default may be another value for each row, so that ADD COLUMN writes them all. True when in doubt about a function of the schema's.
bool has_volatile_default(const Schema &schema, const Object &column);
// `number`, an expression, as the column's type; none: that cannot be.
std::optional<std::string> numbered_value(const Schema &schema, const Object &column, const std::string &number);

} // namespace migrator::schema::postgresql
