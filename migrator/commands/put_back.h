// Putting a backup back into the database that is connected, with what must survive it: the journal rows that came after the backup, and a word on
// the restore itself. Shared by the verb restore and by a run that failed behind its fence (the design's section 4, "Backups"; issue 4).
#pragma once

#include <optional>
#include <string>

#include "migrator/backup/store.h"
#include "migrator/commands/connection.h"
#include "migrator/execute/step_run.h"

namespace migrator::commands {

struct PutBack {
  const backup::Store &store;
  const backup::Manifest &manifest;
  std::string displaced; // id of the backup that holds what is replaced; empty: there is none
  bool swap = false;
  database::DatabaseIdentity target; // with swap: of the database that is replaced
};

// Whether two names mean one history: an empty schema is the default one.
bool same_history(const database::HistoryName &one, const database::HistoryName &other, Dialect dialect);

// Where `history` stood when the backup was taken; null: it was not there.
const database::HistoryMark *mark_of(const database::Dumped &dumped, const database::HistoryName &history, Dialect dialect);

// What Backups::check_restore() and restore() are asked; without the bookkeeping, which put_back() makes.
database::RestoreRequest restore_request(const PutBack &what);

// The fence is up. Errors: those of Backups::restore(); the database is then as it was.
Status put_back(const execute::Surroundings &run, const database::HistoryName &history, const PutBack &what,
                database::BackupObserver &observer);

} // namespace migrator::commands
