// Renames one after the other: in which order, and by way of which third names, so that each new name is free when its turn comes. Pure.
#pragma once

#include <vector>

#include "migrator/schema/compare.h"

namespace migrator::schema {

// What must be renamed away first, since a rename takes its name and none gives it another: to names that nothing has. On PostgreSQL with its
// indexes and sequences, whose names would be in the way too.
std::vector<Rename> making_room(const std::vector<Rename> &renames, const Schema &ours, const Schema &all);

// The same renames as steps, each by the names at its time: columns by their tables' old names, then tables, then what is named by the
// tables' new ones. A circle, and on SQLite a change of case alone, goes by way of a third name that nothing in `all` has.
std::vector<Rename> in_order(const std::vector<Rename> &renames, const Schema &all);

// What takes such steps back.
std::vector<Rename> backwards(const std::vector<Rename> &steps);

// Whether its name is among those of tables; on PostgreSQL also a constraint that is an index.
bool is_relation(const Object &object);

} // namespace migrator::schema
