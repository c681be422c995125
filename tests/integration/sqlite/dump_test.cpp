// Dumps and their proof: what a copy keeps, what the hash of the contents tells apart, what a proof finds.
#include <chrono>
#include <set>

#include <gmock/gmock.h>

#include "tests/integration/sqlite/application.h"
#include "tests/integration/sqlite/backup_support.h"

namespace migrator::database {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

// Of everything that a SQLite file can hold.
constexpr const char *kEverything = R"(
  PRAGMA application_id=77; PRAGMA user_version=12;
  CREATE TABLE plain (a, b TEXT, c REAL, d BLOB);
  INSERT INTO plain VALUES (1, 'one', 1.5, x'00ff00'), (NULL, '', 9e999, x''), (-9223372036854775808, 'h' || char(228), -9e999, zeroblob(9000)),
    (CAST(x'80ff41' AS TEXT), CAST(x'c3' AS TEXT), -0.0, randomblob(100)), ('a' || char(0) || 'b', NULL, 9e999 - 9e999, NULL);
  CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, x);
  INSERT INTO counted (x) VALUES ('a'), ('b'); DELETE FROM counted WHERE id = 2;
  CREATE TABLE keyed (k TEXT, n INT, PRIMARY KEY (k, n)) WITHOUT ROWID; INSERT INTO keyed VALUES ('z', 1), ('a', 2);
  CREATE TABLE typed (i INT, t TEXT, r REAL, b BLOB, x ANY) STRICT; INSERT INTO typed VALUES (1, '1', 1.0, x'31', '1');
  CREATE TABLE made (a INT, twice INT AS (a * 2) VIRTUAL, thrice INT AS (a * 3) STORED); INSERT INTO made (a) VALUES (7);
  CREATE TABLE "odd "" name [] ; --" ("select" INT, "a b" TEXT); INSERT INTO "odd "" name [] ; --" VALUES (1, 'x');
  CREATE TABLE "ТАБЛИЦА" (x); INSERT INTO "ТАБЛИЦА" VALUES (1);
  CREATE VIRTUAL TABLE words USING fts5(body); INSERT INTO words VALUES ('the quick brown fox');
  CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1); INSERT INTO boxes VALUES (1, 0, 2);
  CREATE INDEX plain_a ON plain (a) WHERE a IS NOT NULL; CREATE UNIQUE INDEX keyed_n ON keyed (n);
  CREATE INDEX plain_expression ON plain (lower(b));
  CREATE VIEW seen AS SELECT a FROM plain; CREATE VIEW broken AS SELECT * FROM not_there;
  CREATE TRIGGER after_plain AFTER INSERT ON plain BEGIN DELETE FROM counted; END;
  CREATE TABLE parent (id INTEGER PRIMARY KEY); CREATE TABLE child (p INT REFERENCES parent (id)); INSERT INTO child VALUES (5), (6);
  ANALYZE;
)";

class SqliteDump : public SqliteBackupTest {};

struct Kind {
  std::string name;
  std::string pragmas;
};

void PrintTo(const Kind &kind, std::ostream *out) {
  *out << kind.name;
}

class SqliteDumpOfEveryKind : public SqliteDump, public testing::WithParamInterface<Kind> {};

INSTANTIATE_TEST_SUITE_P(
    Kinds, SqliteDumpOfEveryKind,
    testing::Values(Kind{"Plain", ""}, Kind{"Wal", "PRAGMA journal_mode=WAL;"}, Kind{"SmallestPages", "PRAGMA page_size=512;"},
                    Kind{"LargestPages", "PRAGMA page_size=65536;"},
                    Kind{"WalAndSmallPages", "PRAGMA page_size=1024; PRAGMA journal_mode=WAL;"},
                    Kind{"FullAutoVacuum", "PRAGMA auto_vacuum=FULL;"},
                    Kind{"IncrementalAutoVacuum", "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL;"},
                    Kind{"Utf16le", "PRAGMA encoding='UTF-16le';"},
                    Kind{"Utf16be", "PRAGMA encoding='UTF-16be'; PRAGMA journal_mode=WAL;"}),
    [](const auto &kind) { return kind.param.name; });

TEST_P(SqliteDumpOfEveryKind, IsTheSameDatabase) {
  const auto database = open();
  ASSERT_DONE(database->query(GetParam().pragmas + kEverything));
  const auto dumped = dump(*database);
  ASSERT_TRUE(dumped) << dumped.error().message;
  ASSERT_DONE(prove(*dumped));
  EXPECT_THAT(notes_, IsEmpty());
  EXPECT_THAT(files(), testing::Not(testing::Contains(HasSubstr("database.sqlite-")))) << "nothing lies beside the copy";
  const auto *violations = entry(*dumped, "rows", "FOREIGN KEY VIOLATIONS");
  ASSERT_TRUE(violations);
  EXPECT_EQ(violations->rows, 2);
  EXPECT_TRUE(entry(*dumped, "rows", "TABLE sqlite_sequence"));
  EXPECT_TRUE(entry(*dumped, "rows", "TABLE words_content")) << "a shadow table";
  EXPECT_FALSE(entry(*dumped, "rows", "TABLE words"));

  // A new file becomes what the first one was.
  const auto fresh = open("fresh.db");
  Listening listening;
  ASSERT_DONE(fresh->backups().restore_into_empty(request_of(*dumped), listening));
  for (const std::string pragma :
       {"page_size", "auto_vacuum", "encoding", "application_id", "user_version", "journal_mode", "page_count"})
    EXPECT_EQ(cell(*fresh, "PRAGMA " + pragma), cell(*database, "PRAGMA " + pragma)) << pragma;
  EXPECT_EQ(cell(*fresh, "SELECT body FROM words WHERE words MATCH 'quick'"), "the quick brown fox");
  EXPECT_EQ(cell(*fresh, "SELECT twice || ',' || thrice FROM made"), "14,21");
  EXPECT_EQ(cell(*fresh, "PRAGMA integrity_check"), "ok");
  const auto again = dump(*fresh, "again");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_THAT(differences(*dumped->contents, *again->contents, false), IsEmpty());

  // And the live file comes back whatever has become of it.
  ASSERT_DONE(database->query(
      "DROP TABLE words; DROP TABLE keyed; DROP VIEW broken; ALTER TABLE plain DROP COLUMN d; DELETE FROM counted; VACUUM; "
      "PRAGMA user_version=13"));
  ASSERT_DONE(restore(*database, request_of(*dumped)));
  const auto back = dump(*database, "back");
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_THAT(differences(*dumped->contents, *back->contents, false), IsEmpty());
  EXPECT_EQ(cell(*database, "PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteDump, EmptyDatabase) {
  const auto database = open();
  const auto dumped = dump(*database);
  ASSERT_TRUE(dumped) << dumped.error().message;
  ASSERT_DONE(prove(*dumped));
  ASSERT_DONE(database->query("CREATE TABLE t (x)"));
  ASSERT_DONE(restore(*database, request_of(*dumped)));
  EXPECT_EQ(cell(*database, "SELECT count(*) FROM sqlite_schema"), "0");
}

TEST_F(SqliteDump, OddPathsAreOpenedAsTheyAre) {
  const auto database = open("sh?op%41#.db");
  ASSERT_DONE(database->query("CREATE TABLE t (x); INSERT INTO t VALUES (1)"));
  const auto dumped = dump(*database, "a?b %41 ä#&");
  ASSERT_TRUE(dumped) << dumped.error().message;
  ASSERT_DONE(prove(*dumped, Proof::Restore, "a?b %41 ä#&"));
  ASSERT_DONE(restore(*database, request_of(*dumped, "a?b %41 ä#&")));
}

TEST_F(SqliteDump, HashTellsValuesApart) {
  const auto database = open();
  ASSERT_DONE(database->query("CREATE TABLE t (a, b)"));
  std::set<std::string> hashes;
  const std::vector<std::string> rows{
      "1, NULL",  "'1', NULL", "1.0, NULL", "x'31', NULL", "NULL, NULL",     "NULL, 1",        "0, NULL",
      "0.0, 0",   "'', NULL",  "x'', NULL", "'ab', 'c'",   "'a', 'bc'",      "'abc', ''",      "x'6162', 'c'",
      "-1, NULL", "9e999, 0",  "-9e999, 0", "'a', NULL",   "'A', NULL",      "' a', NULL",     "CAST(x'ff' AS TEXT), 0",
      "x'ff', 0", "'n', 0",    "1e-300, 0", "1e300, 0",    "zeroblob(4), 0", "zeroblob(5), 0", "randomblob(9000), 0"};
  for (const std::string &row : rows) {
    ASSERT_DONE(database->query("DELETE FROM t; INSERT INTO t VALUES (" + row + ")"));
    const auto dumped = dump(*database);
    ASSERT_TRUE(dumped) << dumped.error().message;
    EXPECT_TRUE(hashes.insert(entry(*dumped, "rows", "TABLE t")->hash).second) << row;
  }
  // Twice the same is not nothing, and not once.
  for (int i = 0; i < 3; ++i) {
    ASSERT_DONE(
        database->query("DELETE FROM t; INSERT INTO t SELECT 5, 5 FROM (SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3) LIMIT " +
                        std::to_string(i)));
    const auto dumped = dump(*database);
    EXPECT_TRUE(hashes.insert(entry(*dumped, "rows", "TABLE t")->hash).second) << i << " rows";
  }
}

TEST_F(SqliteDump, HashDoesNotDependOnOrderOrIndexes) {
  const auto database = open();
  ASSERT_DONE(database->query("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, 'z'), (1, 'x')"));
  const auto before = dump(*database);
  ASSERT_TRUE(before);
  ASSERT_DONE(database->query(
      "DELETE FROM t; INSERT INTO t VALUES (3, 'z'), (1, 'x'), (9, 9), (1, 'x'), (2, 'y'); DELETE FROM t WHERE a = 9; "
      "VACUUM; CREATE INDEX i ON t (b DESC, a)"));
  const auto after = dump(*database);
  ASSERT_TRUE(after);
  EXPECT_THAT(differences(*before->contents, *after->contents, false), ElementsAre("INDEX i is there and should not be"));
}

TEST_F(SqliteDump, ColumnsThatOnlyAnApplicationCanComputeAreLeftOut) {
  const auto database = open();
  ASSERT_DONE(database->query("CREATE TABLE t (a, b AS (a) VIRTUAL, c AS (a) STORED); INSERT INTO t VALUES (1); "
                              "CREATE TABLE u (k TEXT PRIMARY KEY, n) WITHOUT ROWID; INSERT INTO u VALUES ('a', 1), ('b', 2); "
                              "CREATE TABLE v (x); CREATE INDEX v_x ON v (lower(x)); INSERT INTO v VALUES ('a')"));
  // As an application with functions and collations of its own would have written it.
  ASSERT_DONE(database->query(
      "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE t (a, b AS (secret(a)) VIRTUAL, "
      "c AS (secret(a)) STORED)' WHERE name = 't'; UPDATE sqlite_schema SET sql = 'CREATE TABLE u (k TEXT COLLATE icu PRIMARY "
      "KEY, n) WITHOUT ROWID' WHERE name = 'u'; UPDATE sqlite_schema SET sql = 'CREATE INDEX v_x ON v (secret(x))' WHERE "
      "name = 'v_x'"));
  const auto again = open();
  const auto dumped = dump(*again);
  ASSERT_TRUE(dumped) << dumped.error().message;
  EXPECT_EQ(entry(*dumped, "rows", "TABLE t")->rows, 1);
  EXPECT_EQ(entry(*dumped, "rows", "TABLE u")->rows, 2);
  ASSERT_DONE(prove(*dumped));
  ASSERT_FALSE(notes_.empty());
  EXPECT_THAT(notes_.front(),
              HasSubstr("The indexes were not compared with their tables, for they need what only an application has: "));
  EXPECT_FALSE(again->query("SELECT * FROM u WHERE k = 'a'")) << "the collation stays unknown";
  ASSERT_DONE(restore(*again, request_of(*dumped)));
}

TEST_F(SqliteDump, UnknownModuleIsNoHindrance) {
  const auto database = open();
  ASSERT_DONE(
      database->query("CREATE TABLE t (x); INSERT INTO t VALUES (1); PRAGMA writable_schema=ON; INSERT INTO sqlite_schema VALUES "
                      "('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING not_here(version_num)')"));
  const auto again = open();
  const auto dumped = dump(*again);
  ASSERT_TRUE(dumped) << dumped.error().message;
  EXPECT_TRUE(entry(*dumped, "definition", "TABLE v"));
  ASSERT_DONE(prove(*dumped));
}

TEST_F(SqliteDump, MoreBrokenKeysAreFound) {
  const auto database = open();
  ASSERT_DONE(database->query(
      "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p INT REFERENCES p (id)); INSERT INTO c VALUES (1)"));
  auto dumped = dump(*database);
  ASSERT_TRUE(dumped);
  for (ContentEntry &found : dumped->contents->entries)
    if (found.name == "FOREIGN KEY VIOLATIONS") found.rows = 0;
  EXPECT_FAILS(prove(*dumped), ErrorCode::BackupFailed,
               "the dump " + dump_file() + " does not hold what the database held: FOREIGN KEY VIOLATIONS has 1 row and not 0");
}

TEST_F(SqliteDump, IsOneSnapshotAndNeverBeginsAgainWhileOthersWrite) {
  const auto database = open();
  ASSERT_DONE(database->query(
      "PRAGMA journal_mode=WAL; CREATE TABLE t (x); CREATE TABLE n (k); INSERT INTO n VALUES (0); WITH RECURSIVE c(i) AS "
      "(SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 300) INSERT INTO t SELECT randomblob(100000) FROM c"));
  Application other({"shell", path()});
  Listening listening;
  listening.act = [&other](BackupPhase phase, std::int64_t) {
    if (phase != BackupPhase::Dump) return;
    EXPECT_EQ(other.ask("BEGIN; UPDATE n SET k = k + 1; UPDATE t SET x = randomblob(100000) WHERE rowid % 50 = 1; COMMIT"),
              "done");
  };
  std::filesystem::create_directory(dump_folder());
  DumpRequest request;
  request.folder = dump_folder();
  const auto dumped = database->backups().dump(request, listening);
  ASSERT_TRUE(dumped) << dumped.error().message;
  const std::int64_t size = listening.total[BackupPhase::Dump];
  EXPECT_GT(size, 30'000'000);
  EXPECT_EQ(listening.last[BackupPhase::Dump], size);
  EXPECT_EQ(listening.steps[BackupPhase::Dump], (size + 4 * 1024 * 1024 - 1) / (4 * 1024 * 1024)) << "each page once";
  EXPECT_EQ(other.ask("SELECT k FROM n"), std::to_string(listening.steps[BackupPhase::Dump])) << "writers went on";
  ASSERT_DONE(prove(*dumped));
  const auto fresh = open("fresh.db");
  ASSERT_DONE(fresh->backups().restore_into_empty(request_of(*dumped), listening));
  EXPECT_EQ(cell(*fresh, "SELECT k FROM n"), "0");
}

TEST_F(SqliteDump, InterruptionAndDeadlineEndACopyUnderWay) {
  const auto database = open();
  ASSERT_DONE(database->query(
      "CREATE TABLE t (x); WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 200) INSERT INTO t SELECT "
      "randomblob(100000) FROM c; INSERT INTO t SELECT a.rowid FROM t AS a, t AS b"));
  for (const BackupPhase phase : {BackupPhase::Dump, BackupPhase::Compare}) {
    std::filesystem::remove_all(dump_folder());
    std::filesystem::create_directory(dump_folder());
    Listening listening;
    listening.act = [&](BackupPhase heard, std::int64_t) {
      if (heard == phase) database->interrupt();
    };
    DumpRequest request;
    request.folder = dump_folder();
    const auto ended = database->backups().dump(request, listening);
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, ErrorCode::Terminated);
    EXPECT_EQ(listening.steps[phase], 1) << "soon";
  }
  DumpRequest late;
  late.deadline = std::chrono::steady_clock::now();
  const auto refused = dump(*database, "late", late);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::BackupFailed);
  EXPECT_THAT(refused.error().message, HasSubstr("the time for the backup ran out"));
  DumpRequest small;
  small.max_bytes = 1'000'000;
  const auto large = dump(*database, "large", small);
  ASSERT_FALSE(large);
  EXPECT_THAT(large.error().message,
              HasSubstr(" bytes, more than backup.max_bytes (1000000) allows: raise it, or take backups otherwise"));
  ASSERT_DONE(dump(*database, "well"));
}

TEST_F(SqliteDump, LockOfAnotherIsWaitedForAndThenTold) {
  const auto database = open();
  ASSERT_DONE(database->query("CREATE TABLE t (x)"));
  database.get();
  Application other({"shell", path()});
  EXPECT_EQ(other.ask("BEGIN EXCLUSIVE"), "done");
  OpenOptions options;
  options.lock_wait = 50ms;
  EXPECT_FAILS(sqlite_driver().open(file_url(path()), options), ErrorCode::LockTimeout,
               "another connection held " + path() +
                   " for longer than lock_wait (50ms): let it finish, or raise lock_wait, and run the command again");
  EXPECT_EQ(other.ask("COMMIT"), "done");
  const auto patient = sqlite_driver().open(file_url(path()), options);
  ASSERT_TRUE(patient);
  EXPECT_EQ(other.ask("BEGIN EXCLUSIVE"), "done");
  EXPECT_FAILS((*patient)->query("SELECT count(*) FROM t"), ErrorCode::LockTimeout,
               "another connection held " + path() +
                   " for longer than lock_wait (50ms): let it finish, or raise lock_wait, and run the command again");
  EXPECT_FAILS(dump(**patient), ErrorCode::BackupFailed,
               "the database could not be copied: another connection held " + path() +
                   " for longer than lock_wait (50ms): let it finish, or raise lock_wait, and run the command again");
  // A unit waits as long as its own settings say, and leaves the reads after it as they were.
  UnitSettings settings;
  settings.lock_timeout = 20ms;
  const auto unit_refused = (*patient)->begin_unit(settings);
  ASSERT_FALSE(unit_refused);
  EXPECT_THAT(unit_refused.error().message, HasSubstr("lock_timeout (20ms)"));
  const auto read_refused = (*patient)->query("SELECT count(*) FROM t");
  ASSERT_FALSE(read_refused);
  EXPECT_THAT(read_refused.error().message, HasSubstr("lock_wait (50ms)"));
}

// An interruption must not have to wait until lock_wait is over.
TEST_F(SqliteDump, InterruptionEndsAReadThatWaits) {
  const auto database = open();
  ASSERT_DONE(database->query("CREATE TABLE t (x)"));
  OpenOptions options;
  options.lock_wait = 1h;
  const auto patient = sqlite_driver().open(file_url(path()), options);
  ASSERT_TRUE(patient);
  Application other({"shell", path()});
  EXPECT_EQ(other.ask("BEGIN EXCLUSIVE"), "done");
  (*patient)->interrupt();
  const auto ended = (*patient)->query("SELECT count(*) FROM t");
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::Terminated);
}

TEST_F(SqliteDump, ProofFindsDamagedPages) {
  const auto database = open();
  ASSERT_DONE(database->query(
      "PRAGMA page_size=1024; CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT); CREATE INDEX i ON t (x); WITH RECURSIVE c(i) "
      "AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 300) INSERT INTO t SELECT i, 'row number ' || i FROM c"));
  const auto dumped = dump(*database);
  ASSERT_TRUE(dumped) << dumped.error().message;
  const std::string whole = bytes_of(dump_file());
  // A letter of each row's text, in the table and in the index.
  int flipped = 0;
  for (std::size_t at = whole.find("row number "); at != std::string::npos && flipped < 100;
       at = whole.find("row number ", at + 200)) {
    std::string damaged = whole;
    damaged[at + 4] ^= 1;
    write_bytes(dump_file(), damaged);
    const auto proved = prove(*dumped, Proof::Archive);
    ASSERT_FALSE(proved) << at;
    EXPECT_EQ(proved.error().code, ErrorCode::BackupFailed);
    ++flipped;
  }
  EXPECT_GT(flipped, 40);
  // The beginning of each page: what kind it is, its cells.
  for (std::size_t page = 0; page < whole.size(); page += 1024)
    for (const std::size_t offset : {std::size_t{0}, std::size_t{3}, std::size_t{4}}) {
      std::string damaged = whole;
      damaged[page + (page == 0 ? 100 : 0) + offset] ^= 4;
      write_bytes(dump_file(), damaged);
      EXPECT_FALSE(prove(*dumped, Proof::Archive)) << page << " + " << offset;
    }
  write_bytes(dump_file(), whole + std::string(1024, '\0'));
  EXPECT_FAILS(prove(*dumped, Proof::Archive), ErrorCode::BackupFailed,
               "the dump " + dump_file() + " is damaged: it has " + std::to_string(whole.size() + 1024) +
                   " bytes, and its header tells of " + std::to_string(whole.size() / 1024) + " pages of 1024 bytes");
  write_bytes(dump_file(), std::string(whole.size(), 'x'));
  EXPECT_FAILS(prove(*dumped, Proof::Archive), ErrorCode::BackupFailed,
               "the dump " + dump_file() + " is damaged: it does not begin as a SQLite database does");
  write_bytes(dump_file(), whole);
  ASSERT_DONE(prove(*dumped));
}

// Each phase goes forward over all of its passes (Listening looks at that).
TEST_F(SqliteDump, ProgressNeverGoesBack) {
  const auto database = open();
  ASSERT_DONE(database->query(
      "CREATE TABLE t (x); WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 40000) INSERT INTO t "
      "SELECT i FROM c"));
  const auto dumped = dump(*database);
  ASSERT_TRUE(dumped) << dumped.error().message;
  ASSERT_DONE(prove(*dumped));
  ASSERT_DONE(database->backups().raise_fence(1s));
  Listening listening;
  ASSERT_DONE(database->backups().restore(request_of(*dumped), listening));
  EXPECT_EQ(listening.last[BackupPhase::Compare], 80000);
  EXPECT_EQ(listening.last[BackupPhase::Restore], listening.total[BackupPhase::Restore]);
}

TEST_F(SqliteDump, NothingInMemory) {
  auto memory = try_open(":memory:");
  ASSERT_TRUE(memory);
  EXPECT_FAILS(dump(**memory), ErrorCode::BackupFailed, "a database in memory has no backups: set backup.policy to never for it");
  EXPECT_FALSE((*memory)->backups().check({}));
}

} // namespace
} // namespace migrator::database
