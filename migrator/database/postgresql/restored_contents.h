// Whether what has been loaded from a dump is what was dumped: rows within the transaction that loaded them, definitions once others can see it.
#pragma once

#include <string>
#include <vector>

#include "migrator/database/backup.h"
#include "migrator/database/postgresql/definitions.h"
#include "migrator/database/postgresql/history.h"
#include "migrator/database/postgresql/question.h"

namespace migrator::database::postgresql {

struct Comparing {
  bool without_ours = false; // the histories' own relations may differ
  bool with_roles = true;    // owners, rights and tablespaces were restored too
};

// Differences as sentences; empty if there are none, or if `wanted` has no contents.
Result<std::vector<std::string>> row_differences(const Dumped &wanted, const Ask &ask, const History &own,
                                                 const Comparing &comparing, BackupObserver &observer);
// By the definitions that the database now has. `own` as found by the same ask.
Result<std::vector<std::string>> definition_differences(const Dumped &wanted, const std::vector<DumpEntry> &found, const Ask &ask,
                                                        const History &own, const Comparing &comparing);

} // namespace migrator::database::postgresql
