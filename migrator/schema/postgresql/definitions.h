// The statements that make and drop one object, and give it what is said apart: comment, owner, grants. Pure; without semicolons.
#pragma once

#include <string>
#include <vector>

#include "migrator/schema/object.h"

namespace migrator::schema::postgresql {

// A column as it stands in CREATE TABLE and ADD COLUMN. With `nullable` without its NOT NULL.
std::string column_definition(const Object &column, bool nullable = false);
// What a column has that CREATE TABLE does not say: storage, statistics, options; from one state to another.
std::vector<std::string> column_settings(const Object *from, const Object &to);
// `columns` and `constraints` stand in it.
std::string create_table(const Object &table, const std::vector<const Object *> &columns,
                         const std::vector<const Object *> &constraints);
// Of all but tables and columns. On tables that exist constraints and indexes have safer ways: see existing.h.
std::string create(const Object &object);
// "CREATE OR REPLACE VIEW …"
std::string replace_view(const Object &view);
std::string drop(const Object &object);
constexpr const char *kNotValid = " NOT VALID"; // the end of a constraint's definition
bool is_valid(const Object &constraint);
std::string sequence_owner(const Object &sequence);
std::string set_enabled(const Object &trigger);

// "TABLE shop.customer", as COMMENT ON and ALTER … OWNER want it.
std::string target(const Object &object);
// From one state to another; `from` is null for a new object.
std::vector<std::string> comments(const Object *from, const Object &to);
std::vector<std::string> owner_and_grants(const Object *from, const Object &to);
// "SET (a=1)" and "RESET (b)" of reloptions; empty: nothing differs.
std::vector<std::string> options_changes(const Value &from, const Value &to);

} // namespace migrator::schema::postgresql
