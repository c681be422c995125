// Reads a history back through the database interface. An adapter's neighbour, not pure: every function asks the database.
#pragma once

#include "migrator/database/database.h"
#include "migrator/ledger/entry.h"
#include "migrator/ledger/names.h"

namespace migrator::ledger {

// Heads, journal and meta in one snapshot. A database without a history gives an empty State. InvalidConfiguration if the history has
// a newer format than this version knows.
Result<State> read_state(database::Database &database, const database::HistoryName &history);

// The way back of an applied revision as its journal row keeps it, to be parsed by script::parse_down. Irreversible if the row
// has none. Gives the text and its format number.
struct StoredDown {
  std::string text;
  int format = 0;
};
Result<StoredDown> read_down(database::Database &database, const database::HistoryName &history, const std::string &revision);

// The readers' view, as `wait` sees it: one row a revision that is or was there.
struct ViewRow {
  std::string id;
  std::vector<std::string> parents;
  std::vector<std::string> depends_on;
  std::string state; // "applied", "partial", "rolled back", "not applied"
  std::string changed_by;
  std::string changed_at;
};
Result<std::vector<ViewRow>> read_view(database::Database &database, const database::HistoryName &history);

} // namespace migrator::ledger
