// Units on SQLite: foreign keys, what a section leaves on the connection, interruptions and failures of the file below.
#include <chrono>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>

#include "tests/integration/sqlite/sqlite_support.h"

namespace migrator::database {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

class SqliteUnits : public SqliteTest {
protected:
  void SetUp() override {
    database_ = open();
    ASSERT_TRUE(database_);
    ASSERT_DONE(
        database_->query("CREATE TABLE parent (id INTEGER PRIMARY KEY); "
                         "CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id int REFERENCES parent (id) ON DELETE CASCADE); "
                         "INSERT INTO parent VALUES (1), (2); INSERT INTO child VALUES (10, 1), (11, 2)"));
  }

  // Rows that broke their key before migrator came.
  void break_some() { ASSERT_DONE(database_->query("INSERT INTO child VALUES (12, 99), (13, 98)")); }

  std::unique_ptr<Database> database_;
};

constexpr const char *kMend = ". Mend the rows in the same section, or delete through the cascades with foreign_keys:on";

TEST_F(SqliteUnits, NewViolationFailsTheStep) {
  EXPECT_FAILS(
      unit(*database_, {"DELETE FROM parent"}), ErrorCode::SqlError,
      std::string("the step breaks foreign keys: 2 rows of table \"child\" (parent_id) refer to rows that are not in table "
                  "\"parent\"") +
          kMend);
  EXPECT_EQ(cell(*database_, "SELECT count(*) FROM parent"), "2");
}

TEST_F(SqliteUnits, OneViolationIsOneRow) {
  EXPECT_FAILS(
      unit(*database_, {"DELETE FROM parent WHERE id = 1"}), ErrorCode::SqlError,
      std::string("the step breaks foreign keys: 1 row of table \"child\" (parent_id) refers to a row that is not in table "
                  "\"parent\"") +
          kMend);
}

TEST_F(SqliteUnits, CheckCanBeLeftOut) {
  UnitSettings settings;
  settings.check_foreign_keys = false;
  ASSERT_DONE(unit(*database_, {"DELETE FROM parent"}, settings));
  EXPECT_EQ(cell(*database_, "SELECT count(*) FROM child"), "2");
}

TEST_F(SqliteUnits, OldViolationsAreNotHeldAgainstAStep) {
  break_some();
  ASSERT_DONE(unit(*database_, {"CREATE TABLE t (x)", "DELETE FROM child WHERE id = 13"}));
}

TEST_F(SqliteUnits, OneMendedAndAnotherBrokenIsSeen) {
  break_some();
  EXPECT_FALSE(unit(*database_, {"DELETE FROM child WHERE id = 12", "INSERT INTO child VALUES (14, 97)"}));
}

TEST_F(SqliteUnits, RenamedTablesKeepTheirOldViolations) {
  break_some();
  ASSERT_DONE(unit(*database_, {"ALTER TABLE child RENAME TO kid", "ALTER TABLE parent RENAME TO elder"}));
}

TEST_F(SqliteUnits, RebuiltTablesKeepTheirOldViolations) {
  break_some();
  ASSERT_DONE(
      unit(*database_, {"CREATE TABLE new_child (id INTEGER PRIMARY KEY, note TEXT, parent_id int REFERENCES parent (id))",
                        "INSERT INTO new_child SELECT id, NULL, parent_id FROM child", "DROP TABLE child",
                        "ALTER TABLE new_child RENAME TO child"}));
}

TEST_F(SqliteUnits, RebuildOfAParentKeepsItsChildren) {
  ASSERT_DONE(unit(*database_, {"CREATE TABLE new_parent (id INTEGER PRIMARY KEY, name TEXT)",
                                "INSERT INTO new_parent SELECT id, NULL FROM parent", "DROP TABLE parent",
                                "ALTER TABLE new_parent RENAME TO parent"}));
  EXPECT_EQ(cell(*database_, "SELECT count(*) FROM child"), "2");
}

TEST_F(SqliteUnits, LostUniqueKeyOfAParentFailsTheStep) {
  EXPECT_FAILS(unit(*database_, {"CREATE TABLE new_parent (id int)", "INSERT INTO new_parent SELECT id FROM parent",
                                 "DROP TABLE parent", "ALTER TABLE new_parent RENAME TO parent"}),
               ErrorCode::SqlError,
               std::string("the step breaks foreign keys: table \"child\" refers to columns that have no unique key") + kMend);
}

TEST_F(SqliteUnits, OldMismatchDoesNotHideANewViolation) {
  ASSERT_DONE(
      database_->query("CREATE TABLE loose (x int); CREATE TABLE odd (x int REFERENCES loose (x)); INSERT INTO odd VALUES (1)"));
  ASSERT_DONE(unit(*database_, {"INSERT INTO parent VALUES (3)"}));
  EXPECT_FALSE(unit(*database_, {"DELETE FROM parent"}));
}

TEST_F(SqliteUnits, ForeignKeysOnCascades) {
  UnitSettings settings;
  settings.foreign_keys = true;
  ASSERT_DONE(unit(*database_, {"DELETE FROM parent WHERE id = 1"}, settings));
  EXPECT_EQ(cell(*database_, "SELECT count(*) FROM child"), "1");
  ASSERT_DONE(unit(*database_, {"CREATE TABLE t (x)"}));
  EXPECT_EQ(cell(*database_, "PRAGMA foreign_keys"), "0");
}

TEST_F(SqliteUnits, DeferredViolationFailsAtCommit) {
  UnitSettings settings;
  settings.foreign_keys = true;
  settings.check_foreign_keys = false;
  const auto done = unit(*database_, {"PRAGMA defer_foreign_keys=ON", "INSERT INTO child VALUES (20, 99)"}, settings);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::SqlError);
  EXPECT_EQ(done.error().sqlstate, "SQLITE_CONSTRAINT_FOREIGNKEY");
  EXPECT_EQ(cell(*database_, "SELECT count(*) FROM child"), "2");
}

TEST_F(SqliteUnits, TemporaryTableOfASectionHidesNothingOfOurs) {
  ASSERT_DONE(database_->query("CREATE TABLE migrator_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"));
  ASSERT_DONE(database_->begin_unit({}));
  ASSERT_DONE(database_->run(statement_of("CREATE TEMP TABLE migrator_version (version_num)")));
  ASSERT_DONE(database_->finish_unit("INSERT INTO " + database_->qualified("migrator_version") + " VALUES ('a')"));
  const auto heads = database_->begin_unit({});
  ASSERT_TRUE(heads) << heads.error().message;
  EXPECT_THAT(*heads, testing::ElementsAre("a"));
  database_->rollback_unit();
}

TEST_F(SqliteUnits, UnitsOfABareStretchShareItsSession) {
  ASSERT_DONE(database_->begin_bare({}));
  ASSERT_DONE(database_->run(statement_of("ATTACH ':memory:' AS side")));
  ASSERT_DONE(unit(*database_, {"CREATE TEMP TABLE stage AS SELECT 7 AS x", "CREATE TABLE side.t (x)"}));
  ASSERT_DONE(unit(*database_, {"INSERT INTO side.t SELECT x FROM stage"}));
  EXPECT_EQ(cell(*database_, "SELECT x FROM side.t"), "7");
  database_->end_bare();
  EXPECT_FALSE(database_->query("SELECT x FROM side.t"));
  EXPECT_FALSE(database_->query("SELECT x FROM stage"));
}

TEST_F(SqliteUnits, VacuumAndJournalModeRunBare) {
  ASSERT_DONE(database_->begin_bare({}));
  ASSERT_DONE(database_->run(statement_of("PRAGMA journal_mode=WAL")));
  ASSERT_DONE(database_->run(statement_of("VACUUM")));
  database_->end_bare();
  EXPECT_EQ(cell(*database_, "PRAGMA journal_mode"), "wal");
}

TEST_F(SqliteUnits, BusyTimeoutOfASectionDoesNotReplaceOurs) {
  ASSERT_DONE(unit(*database_, {"PRAGMA busy_timeout=1"}));
  const auto other = open();
  ASSERT_DONE(other->begin_unit({}));
  UnitSettings settings;
  settings.lock_timeout = 120ms;
  const auto before = std::chrono::steady_clock::now();
  EXPECT_FAILS(database_->begin_unit(settings), ErrorCode::LockTimeout,
               "another connection held " + path() +
                   " for longer than lock_timeout (120ms): let it finish, or raise lock_timeout, and run the command again");
  EXPECT_GE(std::chrono::steady_clock::now() - before, 120ms);
}

TEST_F(SqliteUnits, InterruptBetweenUnitsEndsTheNextOne) {
  database_->interrupt();
  EXPECT_EQ(cell(*database_, "SELECT count(*) FROM parent"), "2"); // our reads go on
  EXPECT_FAILS(database_->begin_unit({}), ErrorCode::Terminated,
               "the statement was interrupted; what was not committed is rolled back: run the command again");
  ASSERT_DONE(unit(*database_, {"CREATE TABLE t (x)"}));
  database_->interrupt();
  EXPECT_EQ(database_->begin_bare({}).error().code, ErrorCode::Terminated);
  ASSERT_DONE(database_->begin_bare({}));
  database_->end_bare();
}

TEST_F(SqliteUnits, InterruptEndsTheWaitForALock) {
  const auto other = open();
  ASSERT_DONE(other->begin_unit({}));
  UnitSettings settings;
  settings.lock_timeout = 0ms; // without end
  std::thread stopper([&] {
    std::this_thread::sleep_for(50ms); // not a matter of order: an interruption before the wait ends it as well
    database_->interrupt();
  });
  const auto done = database_->begin_unit(settings);
  stopper.join();
  EXPECT_FAILS(done, ErrorCode::Terminated,
               "the statement was interrupted; what was not committed is rolled back: run the command again");
}

TEST_F(SqliteUnits, ReaderHoldsUpTheCommit) {
  const auto reader = open();
  ASSERT_DONE(reader->query("BEGIN; SELECT count(*) FROM parent"));
  UnitSettings settings;
  settings.lock_timeout = 60ms;
  const auto done = unit(*database_, {"INSERT INTO parent VALUES (5)"}, settings);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::LockTimeout);
  ASSERT_DONE(reader->query("ROLLBACK"));
  EXPECT_EQ(cell(*database_, "SELECT count(*) FROM parent"), "2");
  ASSERT_DONE(unit(*database_, {"INSERT INTO parent VALUES (5)"}, settings));
}

TEST_F(SqliteUnits, TriggerThatRollsBackIsSeen) {
  ASSERT_DONE(database_->query("CREATE TRIGGER no AFTER INSERT ON parent BEGIN SELECT RAISE(ROLLBACK, 'never more'); END"));
  EXPECT_FAILS(unit(*database_, {"CREATE TABLE t (x)", "INSERT INTO parent VALUES (5)"}), ErrorCode::SqlError,
               "SQLite refused the statement: never more");
  EXPECT_FALSE(*database_->has_relation("t"));
}

TEST_F(SqliteUnits, CommitIsNamedAsWhatEndedTheTransaction) {
  EXPECT_FAILS(
      unit(*database_, {"COMMIT"}), ErrorCode::SqlError,
      "the statement ended the transaction that it ran in: remove COMMIT, ROLLBACK and what does the same, for migrator commits "
      "each unit itself");
}

TEST_F(SqliteUnits, SavepointsInsideAUnitAreFine) {
  ASSERT_DONE(unit(*database_, {"SAVEPOINT a", "DELETE FROM child", "ROLLBACK TO a", "RELEASE a", "SAVEPOINT left_open"}));
  EXPECT_EQ(cell(*database_, "SELECT count(*) FROM child"), "2");
}

TEST_F(SqliteUnits, SavepointOutsideAUnitIsRefused) {
  ASSERT_DONE(database_->begin_bare({}));
  EXPECT_FAILS(
      database_->run(statement_of("SAVEPOINT a")), ErrorCode::SqlError,
      "the statement left a transaction open: remove BEGIN or SAVEPOINT, for migrator opens a transaction where one belongs");
  database_->end_bare();
}

TEST_F(SqliteUnits, UnboundParameterIsRefused) {
  EXPECT_FAILS(
      unit(*database_, {"INSERT INTO parent VALUES (:id)"}), ErrorCode::SqlError,
      "the statement has a parameter, :id, that nothing gives a value: write the value itself, or quote the text that holds it");
}

TEST_F(SqliteUnits, TwoStatementsInOneAreABug) {
  EXPECT_FAILS(unit(*database_, {"SELECT 1; SELECT 2"}), ErrorCode::Internal,
               "more than one statement was given where one belongs");
  ASSERT_DONE(unit(*database_, {"SELECT 1; -- the end"}));
}

TEST_F(SqliteUnits, FullFileIsToldApart) {
  const auto done =
      unit(*database_, {"PRAGMA max_page_count=5", "CREATE TABLE big (x)", "INSERT INTO big VALUES (zeroblob(100000))"});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::SqlError);
  EXPECT_EQ(done.error().sqlstate, "SQLITE_FULL");
  EXPECT_EQ(done.error().message,
            "the disk, the quota or PRAGMA max_page_count is exhausted (database or disk is full, SQLITE_FULL): make "
            "room where " +
                path() + " lies and run the command again");
  ASSERT_DONE(unit(*database_, {"CREATE TABLE big (x)", "INSERT INTO big VALUES (zeroblob(100000))"}));
}

TEST_F(SqliteUnits, DamagedFileIsToldApart) {
  ASSERT_DONE(
      database_->query("CREATE TABLE t (x); INSERT INTO t SELECT zeroblob(3000) FROM parent, parent, parent, parent AS p"));
  database_.reset();
  {
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(3 * 4096, '\x7f');
  }
  const auto damaged = open();
  const auto done = unit(*damaged, {"UPDATE parent SET id = id + 10"});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::SqlError);
  EXPECT_THAT(done.error().sqlstate, HasSubstr("SQLITE_CORRUPT"));
  EXPECT_THAT(done.error().message, HasSubstr("restore a backup"));
}

TEST_F(SqliteUnits, OrderIsKept) {
  EXPECT_EQ(database_->finish_unit("").error().code, ErrorCode::Internal);
  ASSERT_DONE(database_->begin_unit({}));
  EXPECT_EQ(database_->begin_unit({}).error().code, ErrorCode::Internal);
  EXPECT_EQ(database_->begin_bare({}).error().code, ErrorCode::Internal);
  EXPECT_EQ(database_->read({}).error().code, ErrorCode::Internal);
  ASSERT_DONE(database_->finish_unit(""));
}

TEST_F(SqliteUnits, EstimateComesFromTheLargestRowidOrAnalyze) {
  EXPECT_EQ(database_->batch_key("child", "id")->row_estimate, 11);
  ASSERT_DONE(database_->query("ANALYZE"));
  EXPECT_EQ(database_->batch_key("child", "id")->row_estimate, 2);
  EXPECT_EQ(database_->batch_key("\"main\".[Child]", "\"id\"")->row_estimate, 2);
}

TEST_F(SqliteUnits, BatchKeyRefusalsSayWhy) {
  ASSERT_DONE(
      database_->query("CREATE TABLE t (a TEXT COLLATE NOCASE NOT NULL UNIQUE, b int UNIQUE, c int NOT NULL); CREATE VIEW v AS "
                       "SELECT 1 AS a"));
  const std::vector<std::pair<std::pair<std::string, std::string>, std::string>> rows{
      {{"t", "a"}, "table:t key:a cannot be walked in batches: the key is compared under the collation NOCASE, not BINARY"},
      {{"t", "b"}, "table:t key:b cannot be walked in batches: the key may be NULL; declare it NOT NULL"},
      {{"t", "c"}, "table:t key:c cannot be walked in batches: the key is not unique by itself; give it a UNIQUE index"},
      {{"t", "d"}, "table:t key:d cannot be walked in batches: the table has no column of this name"},
      {{"v", "a"}, "table:v key:a cannot be walked in batches: there is no such table (a view or a virtual table will not do)"},
      {{"temp.t", "a"},
       "table:temp.t key:a cannot be walked in batches: the table's name is not one of this database; write it as name or "
       "main.name"}};
  for (const auto &[walk, message] : rows)
    EXPECT_FAILS(database_->batch_key(walk.first, walk.second), ErrorCode::SqlError, message);
}

// Their bytes would have been replaced in the journal's JSON, and the batches after a kill have gone on elsewhere.
TEST_F(SqliteUnits, KeysThatTheJournalCouldNotKeepAreRefused) {
  const auto refused = [](const std::string &flaw) {
    return "table:walk key:k cannot be walked in batches: the key of a row " + flaw +
           ", so the journal could not keep it as it is; give that row another key first";
  };
  ASSERT_DONE(database_->query(
      "CREATE TABLE walk (k TEXT NOT NULL UNIQUE); INSERT INTO walk VALUES ('a'), (CAST(x'62ff' AS TEXT)), ('c')"));
  EXPECT_FAILS(database_->batch_key("walk", "k"), ErrorCode::SqlError, refused("is not valid UTF-8 text"));
  ASSERT_DONE(database_->query("UPDATE walk SET k = 'b' || char(0) || 'c' WHERE k NOT IN ('a', 'c')"));
  EXPECT_FAILS(database_->batch_key("walk", "k"), ErrorCode::SqlError, refused("contains a NUL character"));
  const auto wide = open("utf16.db");
  ASSERT_DONE(wide->query("PRAGMA encoding='UTF-16be'; CREATE TABLE walk (k TEXT NOT NULL UNIQUE); INSERT INTO walk VALUES "
                          "('a'), ('\xf0\x9d\x84\x9e')"));
  ASSERT_DONE(wide->batch_key("walk", "k"));
  ASSERT_DONE(wide->query("INSERT INTO walk VALUES (CAST(x'0062d800' AS TEXT))"));
  EXPECT_FAILS(wide->batch_key("walk", "k"), ErrorCode::SqlError, refused("is not valid UTF-16 text"));
}

} // namespace
} // namespace migrator::database
