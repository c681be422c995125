// What a user's SQL can leave behind on a connection: settings (PRAGMA), temporary objects, attached databases. The units of
// database.h begin and end with reset(), so that no section changes what the next one, or our bookkeeping, sees.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "migrator/database/sqlite/connection.h"
#include "migrator/error/error.h"

namespace migrator::database::sqlite {

// Belongs to one connection, which must outlive it.
class Session {
public:
  explicit Session(Connection &connection) : connection_(connection) {}

  // Call before each statement of a user's is prepared, for a PRAGMA acts as early as that: remembers the settings if it may change them.
  Status before(const std::string &sql);

  // Drops temporary objects, detaches databases (outside a transaction only, where alone SQLite can) and puts settings back to
  // what they were at the first before() since the last reset(). What cannot change inside a transaction is put back by the next
  // reset() outside of one.
  Status reset();

  // Whether before() saw a statement whose settings reset() has not yet put back.
  bool touched() const noexcept { return !settings_.empty(); }

  // Foreign keys for what follows; outside a transaction only.
  void enforce_foreign_keys(bool on) noexcept;

private:
  Status remember();
  Status restore_settings();
  Status drop_temporary();
  Status detach_databases();

  Connection &connection_;
  bool used_ = false;                                         // a user's statement ran since the last whole reset()
  std::vector<std::pair<std::string, std::string>> settings_; // empty: no statement could change them
  bool like_ignores_case_ = true;
};

} // namespace migrator::database::sqlite
