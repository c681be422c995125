// The rows that break a foreign key, before and after a unit that runs with enforcement off (table rebuilds need that). The database
// compares the two; this file only counts and compares, it repairs nothing.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "migrator/database/sqlite/connection.h"
#include "migrator/error/error.h"

namespace migrator::database::sqlite {

// One kind of violation: the child table and its columns, and the parent. `mismatch`: the parent has no unique key on what is referred to.
struct BrokenKey {
  std::string child;
  std::string columns; // joined by ", "; empty if the key cannot be told
  std::string parent;
  bool mismatch = false;
  auto operator<=>(const BrokenKey &) const = default;
};

// How things stand at one moment. Rows are told apart by rowid, so that one row mended and another broken is seen.
struct ForeignKeyState {
  std::map<BrokenKey, std::unordered_map<std::string, std::int64_t>> broken; // by rowid ("" in WITHOUT ROWID tables): how often
  std::map<std::int64_t, std::string> tables; // by root page, which a renamed table keeps; only read if something is broken
};

// PRAGMA foreign_key_check over the whole database: reads every child table.
Result<ForeignKeyState> foreign_key_state(Connection &connection);

// What `after` has and `before` had not, with the number of rows (1 for a mismatch). A table that was renamed in between keeps its
// old violations.
std::vector<std::pair<BrokenKey, std::int64_t>> new_violations(const ForeignKeyState &before, const ForeignKeyState &after);

// For a person: names of tables and columns and numbers of rows, no contents. Empty for no violation.
std::string describe(const std::vector<std::pair<BrokenKey, std::int64_t>> &violations);

} // namespace migrator::database::sqlite
