// The fence: who is held out, in both journal modes and across units, what a user's section may do under it, and how it ends.
#include <chrono>
#include <filesystem>

#include <gmock/gmock.h>

#include "migrator/database/backup.h"
#include "tests/integration/sqlite/application.h"
#include "tests/integration/sqlite/sqlite_support.h"

namespace migrator::database {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

constexpr const char *kLocked = "error: database is locked";

class SqliteFence : public SqliteTest {
protected:
  void prepare(const std::string &mode) {
    database_ = open();
    ASSERT_TRUE(database_);
    ASSERT_DONE(database_->query("PRAGMA journal_mode=" + mode + "; CREATE TABLE t (x); INSERT INTO t VALUES (1)"));
  }
  Backups &backups() { return database_->backups(); }
  Status bare(const std::string &sql) {
    UnitSettings settings;
    settings.lock_timeout = 100ms;
    if (auto begun = database_->begin_bare(settings); !begun) return begun;
    const auto done = database_->run(statement_of(sql));
    database_->end_bare();
    return done ? Status() : fail(done.error());
  }

  std::unique_ptr<Database> database_;
};

TEST_F(SqliteFence, RollbackJournalHoldsReadersAndWritersOut) {
  prepare("DELETE");
  Application other({"shell", path()});
  ASSERT_DONE(backups().raise_fence(1s));
  EXPECT_EQ(other.ask("SELECT count(*) FROM t"), kLocked);
  EXPECT_EQ(other.ask("INSERT INTO t VALUES (2)"), kLocked);
  ASSERT_DONE(unit(*database_, {"INSERT INTO t VALUES (3)"}));
  EXPECT_EQ(other.ask("SELECT count(*) FROM t"), kLocked) << "between units";
  EXPECT_FALSE(unit(*database_, {"INSERT INTO t VALUES (4)", "INSERT INTO not_there VALUES (1)"}));
  EXPECT_EQ(cell(*database_, "SELECT group_concat(x) FROM t"), "1,3");
  EXPECT_EQ(other.ask("INSERT INTO t VALUES (2)"), kLocked) << "after a unit that failed";
  ASSERT_DONE(backups().lower_fence());
  EXPECT_EQ(other.ask("INSERT INTO t VALUES (5)"), "done");
  EXPECT_EQ(other.ask("SELECT group_concat(x) FROM t"), "1,3,5");
  EXPECT_EQ(cell(*database_, "SELECT group_concat(x) FROM t"), "1,3,5");
}

TEST_F(SqliteFence, WalHoldsWritersOutAndApplicationsKeepTheirHandles) {
  prepare("WAL");
  Application other({"shell", path()});
  EXPECT_EQ(other.ask("SELECT count(*) FROM t"), "1");
  ASSERT_DONE(backups().raise_fence(1s));
  EXPECT_EQ(other.ask("INSERT INTO t VALUES (2)"), kLocked);
  ASSERT_DONE(unit(*database_, {"INSERT INTO t VALUES (3)"}));
  EXPECT_EQ(other.ask("INSERT INTO t VALUES (2)"), kLocked) << "between units";
  EXPECT_EQ(other.ask("SELECT group_concat(x) FROM t"), "1,3") << "readers see what is committed";
  EXPECT_FALSE(unit(*database_, {"INSERT INTO t VALUES (4)", "INSERT INTO not_there VALUES (1)"}));
  EXPECT_EQ(other.ask("INSERT INTO t VALUES (2)"), kLocked) << "after a unit that failed";
  EXPECT_EQ(other.ask("PRAGMA wal_checkpoint(TRUNCATE)"), "1") << "busy";
  ASSERT_DONE(backups().lower_fence());
  EXPECT_EQ(other.ask("INSERT INTO t VALUES (5)"), "done");
  EXPECT_EQ(cell(*database_, "SELECT group_concat(x) FROM t"), "1,3,5");
}

TEST_F(SqliteFence, WaitsForAReaderAndNamesTheWayOut) {
  prepare("DELETE");
  Application other({"shell", path()});
  EXPECT_EQ(other.ask("BEGIN; SELECT count(*) FROM t"), "1");
  EXPECT_FAILS(backups().raise_fence(50ms), ErrorCode::LockTimeout,
               "others used the database " + path() +
                   " for longer than lock_wait (50ms), so they cannot be held out: let their transactions finish, or stop the "
                   "applications, or raise lock_wait, and run the command again");
  Application third({"shell", path()});
  EXPECT_EQ(third.ask("SELECT count(*) FROM t"), "1") << "a fence that failed leaves nothing";
  EXPECT_EQ(other.ask("COMMIT"), "done");
  EXPECT_EQ(third.ask("INSERT INTO t VALUES (2)"), "done");
  ASSERT_DONE(backups().raise_fence(1s));
}

TEST_F(SqliteFence, WaitsForAWriterInWalMode) {
  prepare("WAL");
  Application other({"shell", path()});
  EXPECT_EQ(other.ask("BEGIN IMMEDIATE"), "done");
  const auto refused = backups().raise_fence(50ms);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::LockTimeout);
  EXPECT_EQ(other.ask("INSERT INTO t VALUES (2); COMMIT"), "done");
  ASSERT_DONE(backups().raise_fence(1s));
  EXPECT_EQ(other.ask("INSERT INTO t VALUES (3)"), kLocked);
}

TEST_F(SqliteFence, InterruptionEndsTheWait) {
  prepare("DELETE");
  Application other({"shell", path()});
  EXPECT_EQ(other.ask("BEGIN; SELECT count(*) FROM t"), "1");
  database_->interrupt();
  const auto ended = backups().raise_fence(1h);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::Terminated);
}

TEST_F(SqliteFence, NoPragmaOfASectionLetsOthersIn) {
  for (const std::string mode : {"DELETE", "WAL"}) {
    std::filesystem::remove(path());
    prepare(mode);
    Application other({"shell", path()});
    ASSERT_DONE(backups().raise_fence(1s));
    for (const std::string sql : {"PRAGMA locking_mode=EXCLUSIVE", "SELECT count(*) FROM t", "PRAGMA locking_mode=NORMAL",
                                  "SELECT count(*) FROM t", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA optimize"}) {
      ASSERT_DONE(bare(sql));
      EXPECT_EQ(other.ask("INSERT INTO t VALUES (2)"), kLocked) << mode << ": " << sql;
    }
    ASSERT_DONE(unit(*database_, {"PRAGMA locking_mode=NORMAL", "INSERT INTO t VALUES (3)"}));
    EXPECT_EQ(other.ask("INSERT INTO t VALUES (2)"), kLocked) << mode;
    ASSERT_DONE(backups().lower_fence());
    EXPECT_EQ(other.ask("INSERT INTO t VALUES (2)"), "done") << mode;
    other.kill();
    database_.reset();
  }
}

TEST_F(SqliteFence, HoldsWhileTheJournalModeChanges) {
  prepare("DELETE");
  {
    Application other({"shell", path()});
    ASSERT_DONE(backups().raise_fence(1s));
    ASSERT_DONE(bare("PRAGMA journal_mode=WAL"));
    EXPECT_EQ(cell(*database_, "PRAGMA journal_mode"), "wal");
    ASSERT_DONE(unit(*database_, {"INSERT INTO t VALUES (2)"}));
    EXPECT_EQ(other.ask("INSERT INTO t VALUES (9)"), kLocked);
    ASSERT_DONE(backups().lower_fence());
    EXPECT_EQ(other.ask("INSERT INTO t VALUES (3)"), "done");
    EXPECT_EQ(other.ask("SELECT group_concat(x) FROM t"), "1,2,3");
    ASSERT_DONE(backups().raise_fence(1s));
    EXPECT_FALSE(bare("PRAGMA journal_mode=DELETE")) << "another has it open, and WAL cannot be left so";
    EXPECT_EQ(other.ask("INSERT INTO t VALUES (9)"), kLocked);
  }
  ASSERT_DONE(bare("PRAGMA journal_mode=DELETE"));
  EXPECT_EQ(cell(*database_, "PRAGMA journal_mode"), "delete");
  Application other({"shell", path()});
  EXPECT_EQ(other.ask("SELECT count(*) FROM t"), kLocked);
  ASSERT_DONE(unit(*database_, {"INSERT INTO t VALUES (4)"}));
  EXPECT_EQ(other.ask("SELECT count(*) FROM t"), kLocked);
  ASSERT_DONE(backups().lower_fence());
  EXPECT_EQ(other.ask("SELECT group_concat(x) FROM t"), "1,2,3,4");
}

TEST_F(SqliteFence, EndsWithItsProcess) {
  for (const std::string mode : {"DELETE", "WAL"}) {
    std::filesystem::remove(path());
    prepare(mode);
    Application fenced({"restore", path(), "/none"});
    Application other({"shell", path()});
    EXPECT_EQ(other.ask("INSERT INTO t VALUES (2)"), kLocked);
    fenced.kill();
    EXPECT_EQ(other.ask("INSERT INTO t VALUES (2)"), "done");
    const auto stale = backups().lower_stale_fence();
    ASSERT_TRUE(stale);
    EXPECT_FALSE(*stale);
    other.kill();
    database_.reset();
  }
}

TEST_F(SqliteFence, EndsWithTheDatabase) {
  prepare("WAL");
  ASSERT_DONE(backups().raise_fence(1s));
  database_.reset();
  Application other({"shell", path()});
  EXPECT_EQ(other.ask("INSERT INTO t VALUES (2)"), "done");
}

TEST_F(SqliteFence, NothingIsRaisedInMemory) {
  auto memory = try_open(":memory:");
  ASSERT_TRUE(memory);
  EXPECT_FAILS((*memory)->backups().raise_fence(1s), ErrorCode::BackupFailed,
               "a database in memory has no backups: set backup.policy to never for it");
}

} // namespace
} // namespace migrator::database
