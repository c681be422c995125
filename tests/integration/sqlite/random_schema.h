// Random schemas of SQLite, of every kind that the model has, in which rows of one suit any other: row N has N in each column, as its type has it.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace migrator::database {

struct RandomTable {
  std::string name;
  std::vector<std::string> columns;                           // ordinary ones
  bool alias = false, without_rowid = false, counter = false; // an INTEGER PRIMARY KEY; AUTOINCREMENT
  bool has(const std::string &column) const;
};

struct RandomSchema {
  std::vector<RandomTable> tables; // "t0" always
  std::string sql;
  std::string rows; // fills them
};

// The same for the same seed.
RandomSchema random_schema(std::uint64_t seed);

} // namespace migrator::database
