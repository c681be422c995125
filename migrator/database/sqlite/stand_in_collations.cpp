#include "migrator/database/sqlite/stand_in_collations.h"

#include <algorithm>
#include <string_view>

namespace migrator::database::sqlite {

namespace {

int compare_bytes(void *, int left_size, const void *left, int right_size, const void *right) {
  const std::string_view one(static_cast<const char *>(left), static_cast<std::size_t>(left_size));
  const std::string_view other(static_cast<const char *>(right), static_cast<std::size_t>(right_size));
  return one.compare(other);
}

} // namespace

StandInCollations::StandInCollations(Connection &connection) : connection_(connection) {
  sqlite3_collation_needed(connection_.handle(), this, &StandInCollations::needed);
}

StandInCollations::~StandInCollations() {
  sqlite3_collation_needed(connection_.handle(), nullptr, nullptr);
  for (const std::string &name : used_)
    for (const int encoding : {SQLITE_UTF8, SQLITE_UTF16LE, SQLITE_UTF16BE})
      sqlite3_create_collation(connection_.handle(), name.c_str(), encoding, nullptr, nullptr);
}

void StandInCollations::needed(void *self, sqlite3 *db, int encoding, const char *name) {
  if (sqlite3_create_collation(db, name, encoding, nullptr, compare_bytes) == SQLITE_OK)
    static_cast<StandInCollations *>(self)->used_.insert(name);
}

} // namespace migrator::database::sqlite
