// Collations that an application registers (ICU's, its own) and we do not know: SQLite refuses to open a table or index that is sorted by
// one. Reading all rows in whatever order needs none, so while this lives any unknown collation is taken to be BINARY. Nothing may be written
// meanwhile, and nothing be looked up.
#pragma once

#include <set>
#include <string>

#include "migrator/database/sqlite/connection.h"

namespace migrator::database::sqlite {

// No statement may be running when it begins and ends. `connection` outlives it.
class StandInCollations {
public:
  explicit StandInCollations(Connection &connection);
  ~StandInCollations();
  StandInCollations(const StandInCollations &) = delete;
  StandInCollations &operator=(const StandInCollations &) = delete;

  // The names that were asked for and unknown.
  const std::set<std::string> &used() const noexcept { return used_; }

private:
  static void needed(void *self, sqlite3 *db, int encoding, const char *name);

  Connection &connection_;
  std::set<std::string> used_;
};

} // namespace migrator::database::sqlite
