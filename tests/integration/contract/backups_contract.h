// The suite of Backups: a driver's program links database_backups_contract and instantiates BackupsContract beside DatabaseContract (see
// sqlite_fixture.cpp).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "migrator/database/backup.h"
#include "migrator/ledger/names.h"
#include "tests/integration/contract/fixture.h"
#include "tests/integration/sqlite/temporary_folder.h"

namespace migrator::database::contract {

class Heard final : public BackupObserver {
public:
  void progressed(BackupPhase phase, std::int64_t done, std::int64_t of) override {
    EXPECT_TRUE(of == 0 || done <= of) << done << " of " << of;
    phases.push_back(phase);
  }
  void note(const std::string &sentence) override { notes.push_back(sentence); }

  std::vector<BackupPhase> phases;
  std::vector<std::string> notes;
};

class BackupsContract : public DatabaseContract {
protected:
  void SetUp() override;
  void TearDown() override;

  std::string table(const std::string &name) const; // qualified
  std::string journal_row(const std::string &revision) const;

  // Into the folder `name` beside the others; "dump" is the one that the rest looks at.
  Result<Dumped> dump(const std::string &name = "dump");
  RestoreRequest restore_of(const Dumped &dumped) const;
  Scratch scratch() const;
  Status prove(
      const Dumped &dumped, Proof proof, Deadline deadline = {}, const std::function<bool()> &interrupted = [] { return false; });

  TemporaryFolder folder_;
  std::unique_ptr<Database> database_;
  Dialect dialect_ = Dialect::Sqlite;
  ledger::Tables tables_;
  Heard heard_;
};

} // namespace migrator::database::contract
