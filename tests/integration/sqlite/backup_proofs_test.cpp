// Backups and restores under load and under SIGKILL, many times (issue 4, "Shows"). MIGRATOR_PROOF=long runs the numbers of docs/proofs.md.
#include <chrono>
#include <cstdlib>
#include <memory>
#include <random>
#include <thread>

#include <gmock/gmock.h>

#include "tests/integration/sqlite/application.h"
#include "tests/integration/sqlite/backup_support.h"

namespace migrator::database {
namespace {

using testing::AnyOf;
using testing::IsEmpty;
using namespace std::chrono_literals;

int times(int brief, int full) {
  const char *proof = std::getenv("MIGRATOR_PROOF");
  return proof != nullptr && std::string(proof) == "long" ? full : brief;
}

class SqliteBackupProof : public SqliteBackupTest, public testing::WithParamInterface<std::string> {
protected:
  // What the writers of application.cpp keep: both balances together, and as many rows in the log as the counter tells.
  void make_accounts() {
    database_ = open();
    ASSERT_TRUE(database_);
    ASSERT_DONE(
        database_->query("PRAGMA journal_mode=" + GetParam() +
                         "; CREATE TABLE savings (balance INT); INSERT INTO savings VALUES (400); "
                         "CREATE TABLE checking (balance INT); INSERT INTO checking VALUES (600); "
                         "CREATE TABLE log (id INTEGER PRIMARY KEY, note TEXT); CREATE INDEX log_note ON log (note); "
                         "CREATE TABLE counter (n INT); INSERT INTO counter VALUES (0); CREATE TABLE padding (x); "
                         "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 1000) INSERT INTO padding SELECT "
                         "randomblob(2000) FROM c"));
  }
  static void expect_a_boundary(Database &database, const std::string &when) {
    EXPECT_EQ(cell(database, "SELECT (SELECT balance FROM savings) + (SELECT balance FROM checking)"), "1000") << when;
    EXPECT_EQ(cell(database, "SELECT (SELECT n FROM counter) - (SELECT count(*) FROM log)"), "0") << when;
    EXPECT_EQ(cell(database, "PRAGMA integrity_check"), "ok") << when;
  }

  std::unique_ptr<Database> database_;
  std::minstd_rand random_{20261122};
};

INSTANTIATE_TEST_SUITE_P(Modes, SqliteBackupProof, testing::Values("DELETE", "WAL"), [](const auto &mode) { return mode.param; });

TEST_P(SqliteBackupProof, BackupUnderLoadIsAStateThatATransactionLeft) {
  make_accounts();
  const Application one({"transfer", path(), "1"});
  const Application two({"transfer", path(), "2"});
  std::string last;
  int moved = 0;
  for (int run = 0; run < times(6, 50); ++run) {
    const std::string when = "run " + std::to_string(run);
    const auto dumped = dump(*database_);
    ASSERT_TRUE(dumped) << dumped.error().message;
    ASSERT_DONE(prove(*dumped, run % 2 == 0 ? Proof::Restore : Proof::Archive));
    std::filesystem::remove(path("fresh.db"));
    const auto fresh = open("fresh.db");
    Listening listening;
    ASSERT_DONE(fresh->backups().restore_into_empty(request_of(*dumped), listening));
    expect_a_boundary(*fresh, when);
    const std::string count = cell(*fresh, "SELECT n FROM counter");
    if (count != last) ++moved;
    last = count;
  }
  EXPECT_GT(moved, 1) << "the writers went on meanwhile";
}

TEST_P(SqliteBackupProof, RestoreUnderLoadIsWhole) {
  make_accounts();
  const Application one({"transfer", path(), "1"});
  const Application two({"transfer", path(), "2"});
  for (int run = 0; run < times(4, 50); ++run) {
    const auto dumped = dump(*database_);
    ASSERT_TRUE(dumped) << dumped.error().message;
    const auto fenced = database_->backups().raise_fence(60s);
    ASSERT_TRUE(fenced) << fenced.error().message;
    expect_a_boundary(*database_, "behind the fence");
    const std::string before = cell(*database_, "SELECT n FROM counter");
    const auto displaced = dump(*database_, "displaced");
    ASSERT_TRUE(displaced) << displaced.error().message;
    Listening listening;
    ASSERT_DONE(database_->backups().restore(request_of(*dumped), listening));
    const auto restored = dump(*database_, "restored");
    ASSERT_TRUE(restored) << restored.error().message;
    EXPECT_THAT(differences(*dumped->contents, *restored->contents, false), IsEmpty());
    // And back again to what was displaced: nobody's commit is lost.
    Listening again;
    ASSERT_DONE(database_->backups().restore(request_of(*displaced, "displaced"), again));
    EXPECT_EQ(cell(*database_, "SELECT n FROM counter"), before);
    ASSERT_DONE(database_->backups().lower_fence());
  }
  ASSERT_DONE(database_->backups().raise_fence(60s));
  expect_a_boundary(*database_, "at the end");
}

TEST_P(SqliteBackupProof, KilledRestoreIsWholeOrNotAtAll) {
  make_accounts();
  const auto dumped = dump(*database_);
  ASSERT_TRUE(dumped) << dumped.error().message;
  // Both states differ on every page, and in size: now the one, now the other is the longer.
  const auto change = [this](int run) {
    return database_->query(std::string("DROP TABLE IF EXISTS kept; DELETE FROM padding; UPDATE savings SET balance = 1; WITH "
                                        "RECURSIVE c(i) AS (SELECT 1 UNION ALL "
                                        "SELECT i + 1 FROM c LIMIT ") +
                            (run % 2 == 0 ? "1500" : "400") + ") INSERT INTO padding SELECT randomblob(2000) FROM c");
  };
  database_.reset();
  std::chrono::microseconds whole{0};
  int old_states = 0;
  int new_states = 0;
  for (int run = 0; run < times(16, 100) + 1; ++run) {
    database_ = open();
    ASSERT_DONE(change(run));
    if (run % 3 == 0) ASSERT_DONE(database_->query("VACUUM"));
    const auto before = dump(*database_, "before");
    ASSERT_TRUE(before) << before.error().message;
    database_.reset();
    Application restoring({"restore", path(), dump_folder()});
    Application reader({"shell", path()});
    const auto began = std::chrono::steady_clock::now();
    restoring.tell("go");
    if (run == 0) {
      ASSERT_EQ(restoring.answer(), "restored");
      whole = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
    } else {
      std::this_thread::sleep_for(
          std::chrono::microseconds(std::uniform_int_distribution<std::int64_t>(0, whole.count())(random_)));
    }
    restoring.kill();
    const std::string seen = reader.ask("SELECT balance FROM savings");
    reader.kill();
    database_ = open();
    ASSERT_TRUE(database_->try_lock()->acquired); // which removes what may be left
    EXPECT_EQ(cell(*database_, "PRAGMA integrity_check"), "ok");
    const std::string found = cell(*database_, "SELECT balance FROM savings");
    // A commit whose last frame is in the log, but not yet in the shared index, is found when the log is recovered, not by a reader that was
    // there before. What somebody has seen restored stays so.
    if (seen == "400" || std::string(GetParam()) != "WAL") {
      EXPECT_EQ(found, seen);
    }
    const auto after = dump(*database_, "after");
    ASSERT_TRUE(after) << after.error().message;
    if (found == "1") {
      EXPECT_THAT(differences(*before->contents, *after->contents, false), IsEmpty()) << "run " << run;
      ++old_states;
    } else {
      EXPECT_THAT(differences(*dumped->contents, *after->contents, false),
                  testing::UnorderedElementsAre("TABLE kept is there and should not be", "TABLE kept is there and should not be"))
          << "run " << run;
      EXPECT_EQ(cell(*database_, "SELECT group_concat(x) FROM kept"), "7") << "the bookkeeping comes with it, once";
      ++new_states;
    }
    EXPECT_FALSE(std::filesystem::exists(path("shop.db.migrator-restore")));
    database_.reset();
  }
  RecordProperty("old_states", old_states);
  RecordProperty("new_states", new_states);
  EXPECT_GT(old_states, 0);
  EXPECT_GT(new_states, 0);
}

TEST_P(SqliteBackupProof, KilledDumpHindersNobody) {
  make_accounts();
  for (int run = 0; run < times(8, 100); ++run) {
    std::filesystem::remove_all(dump_folder());
    std::filesystem::create_directory(dump_folder());
    Application dumping({"dump", path(), dump_folder()});
    dumping.tell("go");
    std::this_thread::sleep_for(std::chrono::microseconds(std::uniform_int_distribution<int>(0, 20000)(random_)));
    dumping.kill();
    EXPECT_EQ(cell(*database_, "UPDATE counter SET n = n + 1; INSERT INTO log (note) VALUES ('x'); SELECT 1"), "1");
    expect_a_boundary(*database_, "run " + std::to_string(run));
  }
}

} // namespace
} // namespace migrator::database
