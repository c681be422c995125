// Renames as a part of a change, up and down: with what must not be there while they are made. Pure.
#pragma once

#include <vector>

#include "migrator/error/error.h"
#include "migrator/schema/render.h"

namespace migrator::schema {

struct Renaming {
  std::vector<Piece> up;   // to run before all else; the schema afterwards is best read from the database
  std::vector<Piece> down; // to run after all else
  bool clears =
      false; // whether `up` drops what the models may have still: what the schema afterwards lacks, and `down` makes again
  std::vector<Rename> replaced = {}; // tables and columns whose name a rename takes: by another name until they go
};

// Of a database that is `all`, of which `ours` is what is compared: the rest is left alone.
Result<Renaming> renaming(const Renderer &renderer, const std::vector<Rename> &renames, const Schema &ours, const Schema &all);

// Constraints and indexes of tables and sequences of columns, on PostgreSQL, that differ by their name alone from one that comes: as a rename costs
// nothing, where another index or sequence would be made. `from` has the tables and columns renamed already.
std::vector<Rename> renamed_parts(const Schema &from, const Schema &to);

} // namespace migrator::schema
