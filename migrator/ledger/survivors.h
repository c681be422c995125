// The journal rows that outlive a restore: what came after the backup, written back as evidence (the design's section 4, "Backups"; issue 4).
// Reads through the database interface; not pure.
#pragma once

#include <cstdint>
#include <string>

#include "migrator/database/database.h"
#include "migrator/ledger/names.h"

namespace migrator::ledger {

// SQL that makes the history if the restored database lacks it, and writes back every row with an id above `last_entry`: its outcome becomes
// `restored` (a `failed` one stays), its error says `why` if it had none. To be run in the restored database. A history that is not there gives
// the first part alone.
Result<std::string> survivors_sql(database::Database &database, const database::HistoryName &history, std::int64_t last_entry,
                                  const std::string &why);

} // namespace migrator::ledger
