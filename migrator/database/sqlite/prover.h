// Proves SQLite dumps without the database that they were taken from.
#pragma once

#include "migrator/database/backup.h"

namespace migrator::database::sqlite {

// Archive: the file's size against its header, integrity_check, foreign keys and contents. Restore: besides, a copy of it by the backup API has
// the same contents; the copy lies in the dump's folder meanwhile. Where an index needs a collation or a function that only an application has,
// integrity_check becomes quick_check, which compares no indexes, and the observer hears of it.
class SqliteProver final : public DumpProver {
public:
  Status prove(const std::string &folder, const Dumped &dumped, Proof proof, const Scratch &scratch, Deadline deadline,
               const std::function<bool()> &interrupted, BackupObserver &observer) const override;
};

} // namespace migrator::database::sqlite
