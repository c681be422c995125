// Restores into the live file: what applications with a handle see, what a leftover WAL, another page size or a full disk do to it.
#include <chrono>

#include <sys/stat.h>

#include <gmock/gmock.h>

#include "tests/integration/sqlite/application.h"
#include "tests/integration/sqlite/backup_support.h"

namespace migrator::database {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

constexpr const char *kManyRows =
    "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 2000) INSERT INTO t SELECT i, ";

class SqliteRestore : public SqliteBackupTest {
protected:
  // A database of about 2 MB and its dump; then the live one is changed everywhere and grows.
  Dumped prepare(const std::string &mode, const std::string &pragmas = "") {
    database_ = open();
    EXPECT_TRUE(database_->query(pragmas + "; PRAGMA journal_mode=" + mode + "; CREATE TABLE t (i INTEGER PRIMARY KEY, x); " +
                                 kManyRows +
                                 "randomblob(1000) FROM c; CREATE TABLE state (name); INSERT INTO state VALUES ('old')"));
    auto dumped = dump(*database_);
    EXPECT_TRUE(dumped);
    EXPECT_TRUE(database_->query("UPDATE state SET name = 'new'; UPDATE t SET x = randomblob(1500); CREATE TABLE later (x)"));
    return *dumped;
  }
  std::string hash_of_live() {
    const auto now = dump(*database_, "now");
    EXPECT_TRUE(now) << now.error().message;
    std::string all;
    for (const ContentEntry &found : now->contents->entries)
      all += found.kind + found.name + std::to_string(found.rows) + found.hash + "\n";
    return all;
  }

  std::unique_ptr<Database> database_;
};

class SqliteRestoreInEachMode : public SqliteRestore, public testing::WithParamInterface<std::string> {};

INSTANTIATE_TEST_SUITE_P(Modes, SqliteRestoreInEachMode, testing::Values("DELETE", "TRUNCATE", "PERSIST", "WAL"),
                         [](const auto &mode) { return mode.param; });

TEST_P(SqliteRestoreInEachMode, ApplicationsKeepTheirHandles) {
  const auto dumped = prepare(GetParam());
  Application other({"shell", path()});
  const std::string mode = cell(*database_, "PRAGMA journal_mode");
  EXPECT_EQ(other.ask("PRAGMA journal_mode=" + GetParam()), mode);
  EXPECT_EQ(other.ask("SELECT name FROM state"), "new");
  EXPECT_EQ(other.ask("SELECT count(*) FROM later"), "0");
  ASSERT_DONE(restore(*database_, request_of(dumped)));
  EXPECT_EQ(other.ask("SELECT name FROM state"), "old");
  EXPECT_EQ(other.ask("SELECT count(*) FROM later"), "error: no such table: later");
  EXPECT_EQ(other.ask("SELECT sum(length(x)) FROM t"), "2000000");
  EXPECT_EQ(other.ask("INSERT INTO state VALUES ('more')"), "done");
  EXPECT_EQ(other.ask("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(cell(*database_, "SELECT group_concat(name) FROM state"), "old,more");
  EXPECT_EQ(cell(*database_, "PRAGMA journal_mode"), mode);
  EXPECT_THAT(files(), Not(Contains(HasSubstr("migrator-restore"))));
}

TEST_F(SqliteRestore, ReaderInItsTransactionKeepsItsSnapshotInWalMode) {
  const auto dumped = prepare("WAL");
  Application other({"shell", path()});
  EXPECT_EQ(other.ask("BEGIN; SELECT name FROM state"), "new");
  ASSERT_DONE(restore(*database_, request_of(dumped)));
  EXPECT_EQ(other.ask("SELECT name FROM state"), "new");
  EXPECT_EQ(other.ask("SELECT sum(length(x)) FROM t"), "3000000");
  EXPECT_EQ(other.ask("COMMIT"), "done");
  EXPECT_EQ(other.ask("SELECT name FROM state"), "old");
  EXPECT_EQ(other.ask("SELECT sum(length(x)) FROM t"), "2000000");
}

TEST_F(SqliteRestore, WalThatAKilledWriterLeftDoesNotComeBack) {
  const auto dumped = prepare("WAL");
  ASSERT_DONE(database_->query("PRAGMA wal_checkpoint(TRUNCATE)"));
  database_.reset();
  Application killed({"shell", path()});
  EXPECT_EQ(killed.ask("INSERT INTO state VALUES ('in the wal'); UPDATE t SET x = 'in the wal'"), "done");
  killed.kill();
  ASSERT_GT(std::filesystem::file_size(path("shop.db-wal")), 0U);
  database_ = open();
  EXPECT_EQ(cell(*database_, "SELECT count(*) FROM state"), "2");
  ASSERT_DONE(restore(*database_, request_of(dumped)));
  database_.reset();
  EXPECT_FALSE(std::filesystem::exists(path("shop.db-wal")));
  database_ = open();
  EXPECT_EQ(cell(*database_, "SELECT group_concat(name) FROM state"), "old");
  EXPECT_EQ(cell(*database_, "SELECT sum(length(x)) FROM t"), "2000000");
  EXPECT_EQ(cell(*database_, "PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteRestore, WalIsEmptiedAgain) {
  const auto dumped = prepare("WAL");
  ASSERT_DONE(database_->query("PRAGMA wal_checkpoint(TRUNCATE)"));
  ASSERT_DONE(restore(*database_, request_of(dumped)));
  EXPECT_EQ(std::filesystem::file_size(path("shop.db-wal")), 0U);
}

TEST_F(SqliteRestore, JournalModeIsOfTheLiveFile) {
  const auto dumped = prepare("WAL");
  ASSERT_DONE(database_->query("PRAGMA journal_mode=DELETE"));
  ASSERT_DONE(restore(*database_, request_of(dumped)));
  EXPECT_EQ(cell(*database_, "PRAGMA journal_mode"), "delete");
  EXPECT_THAT(bytes_of(path()).substr(18, 2), "\1\1");
  const auto rollback = dump(*database_, "rollback");
  ASSERT_TRUE(rollback);
  ASSERT_DONE(database_->query("PRAGMA journal_mode=WAL; UPDATE state SET name = 'new'"));
  ASSERT_DONE(restore(*database_, request_of(*rollback, "rollback")));
  EXPECT_EQ(cell(*database_, "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(cell(*database_, "SELECT name FROM state"), "old");
  database_.reset();
  EXPECT_THAT(bytes_of(path()).substr(18, 2), "\2\2");
}

struct Sizes {
  std::string name;
  std::string before;
  std::string after;
};

void PrintTo(const Sizes &sizes, std::ostream *out) {
  *out << sizes.name;
}

class SqliteRestoreOfOtherPages : public SqliteRestore, public testing::WithParamInterface<Sizes> {};

INSTANTIATE_TEST_SUITE_P(Sizes, SqliteRestoreOfOtherPages,
                         testing::Values(Sizes{"Larger", "PRAGMA page_size=1024", "PRAGMA page_size=16384"},
                                         Sizes{"Smaller", "PRAGMA page_size=65536", "PRAGMA page_size=512"},
                                         Sizes{"AutoVacuum", "PRAGMA auto_vacuum=FULL", "PRAGMA auto_vacuum=NONE"},
                                         Sizes{"NoAutoVacuum", "PRAGMA auto_vacuum=NONE",
                                               "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA page_size=1024"}),
                         [](const auto &sizes) { return sizes.param.name; });

TEST_P(SqliteRestoreOfOtherPages, Works) {
  const auto dumped = prepare("DELETE", GetParam().before);
  const std::string size = cell(*database_, "PRAGMA page_size");
  const std::string vacuum = cell(*database_, "PRAGMA auto_vacuum");
  Application other({"shell", path()});
  EXPECT_EQ(other.ask("SELECT name FROM state"), "new");
  ASSERT_DONE(database_->query(GetParam().after + "; VACUUM"));
  EXPECT_EQ(other.ask("SELECT name FROM state"), "new");
  ASSERT_DONE(restore(*database_, request_of(dumped)));
  EXPECT_EQ(cell(*database_, "PRAGMA page_size"), size);
  EXPECT_EQ(cell(*database_, "PRAGMA auto_vacuum"), vacuum);
  EXPECT_EQ(other.ask("SELECT name FROM state"), "old");
  EXPECT_EQ(other.ask("INSERT INTO state VALUES ('more'); DELETE FROM t WHERE i % 2 = 0"), "done");
  EXPECT_EQ(other.ask("PRAGMA integrity_check"), "ok");
  ASSERT_DONE(unit(*database_, {"INSERT INTO state VALUES ('more')"}));
  EXPECT_EQ(cell(*database_, "PRAGMA integrity_check"), "ok");
  database_.reset();
  EXPECT_EQ(std::filesystem::file_size(path()) % std::stoul(size), 0U);
}

TEST_F(SqliteRestore, OtherPagesInWalModeAreRefusedBefore) {
  const auto dumped = prepare("DELETE", "PRAGMA page_size=1024");
  ASSERT_DONE(database_->query("PRAGMA page_size=8192; VACUUM; PRAGMA journal_mode=WAL"));
  const std::string message = "the backup has pages of 1024 bytes and the database " + path() +
                              " has pages of 8192, which SQLite cannot change in WAL mode: stop the applications, run PRAGMA "
                              "journal_mode=DELETE in it, restore, "
                              "and run PRAGMA journal_mode=WAL; or restore into a new file with --into";
  EXPECT_FAILS(database_->backups().check_restore(request_of(dumped)), ErrorCode::NoPermission, message);
  EXPECT_FAILS(restore(*database_, request_of(dumped)), ErrorCode::NoPermission, message);
  EXPECT_EQ(cell(*database_, "SELECT name FROM state"), "new");
  ASSERT_DONE(database_->query("PRAGMA journal_mode=DELETE"));
  ASSERT_DONE(restore(*database_, request_of(dumped)));
}

TEST_F(SqliteRestore, OtherEncodingIsRefusedBefore) {
  const auto dumped = prepare("DELETE", "PRAGMA encoding='UTF-16le'");
  const auto other = open("other.db");
  ASSERT_DONE(other->query("CREATE TABLE t (x)"));
  EXPECT_FAILS(other->backups().check_restore(request_of(dumped)), ErrorCode::NoPermission,
               "the backup's text is UTF-16le and that of the database " + path("other.db") +
                   " is UTF-8, so applications that have it open could not read it afterwards: restore into a new file with "
                   "--into, and let "
                   "them open that");
  const auto fresh = open("fresh.db"); // but a new file takes any
  Listening listening;
  ASSERT_DONE(fresh->backups().restore_into_empty(request_of(dumped), listening));
  EXPECT_EQ(cell(*fresh, "PRAGMA encoding"), "UTF-16le");
  EXPECT_EQ(cell(*fresh, "SELECT name FROM state"), "old");
}

TEST_F(SqliteRestore, WhatIsNoSqliteDumpIsRefused) {
  auto dumped = prepare("DELETE");
  auto foreign = dumped;
  foreign.identity.product = "PostgreSQL";
  EXPECT_FAILS(database_->backups().check_restore(request_of(foreign)), ErrorCode::NoPermission,
               "the backup in " + dump_folder() + " is not of a SQLite database, so it cannot be restored into " + path() +
                   ": name another backup, or correct database_url");
  std::filesystem::resize_file(dump_file(), 99);
  EXPECT_FAILS(database_->backups().check_restore(request_of(dumped)), ErrorCode::BackupFailed,
               "the dump " + dump_file() + " is missing or is no SQLite database: restore another backup");
}

TEST_F(SqliteRestore, NeedsTheFence) {
  const auto dumped = prepare("DELETE");
  Listening listening;
  const auto refused = database_->backups().restore(request_of(dumped), listening);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Internal);
}

TEST_F(SqliteRestore, DamagedBackupIsNotRestored) {
  const auto dumped = prepare("DELETE");
  const std::string before = hash_of_live();
  std::string bytes = bytes_of(dump_file());
  bytes[bytes.size() / 2] ^= 1;
  write_bytes(dump_file(), bytes);
  EXPECT_FAILS(restore(*database_, request_of(dumped)), ErrorCode::BackupFailed,
               "the restore could not be prepared, and the database is as it was: the backup does not hold what the database "
               "held: TABLE t has other contents; restore another backup");
  EXPECT_EQ(hash_of_live(), before);
}

TEST_F(SqliteRestore, CopyThatAKillLeftIsReplacedOrRemoved) {
  const auto dumped = prepare("DELETE");
  const std::string left = path("shop.db.migrator-restore");
  write_bytes(left, "half");
  ASSERT_DONE(restore(*database_, request_of(dumped)));
  EXPECT_FALSE(std::filesystem::exists(left));
  write_bytes(left, "half");
  ASSERT_TRUE(database_->try_lock()->acquired);
  EXPECT_FALSE(std::filesystem::exists(left));
}

TEST_F(SqliteRestore, PreparationIsPrivate) {
  const auto dumped = prepare("DELETE");
  Listening listening;
  mode_t mode = 0;
  listening.act = [&](BackupPhase phase, std::int64_t) {
    struct stat found {};
    if (phase == BackupPhase::Restore && stat(path("shop.db.migrator-restore").c_str(), &found) == 0) mode = found.st_mode & 0777;
  };
  ASSERT_DONE(database_->backups().raise_fence(1s));
  ASSERT_DONE(database_->backups().restore(request_of(dumped), listening));
  EXPECT_EQ(mode, 0600U);
}

// Interrupted while it prepares, it ends; once the pages are being replaced, it finishes.
TEST_F(SqliteRestore, InterruptionEndsThePreparationAndNotTheRest) {
  const auto dumped = prepare("WAL");
  ASSERT_DONE(database_->backups().raise_fence(1s));
  const std::string before = hash_of_live();
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(dump_file()));
  Listening listening;
  listening.act = [&](BackupPhase phase, std::int64_t done) {
    if (phase == BackupPhase::Restore && done <= size) database_->interrupt();
  };
  const auto ended = database_->backups().restore(request_of(dumped), listening);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::Terminated);
  EXPECT_EQ(hash_of_live(), before);
  Listening late;
  late.act = [&](BackupPhase phase, std::int64_t done) {
    if (phase == BackupPhase::Restore && done > size) database_->interrupt();
  };
  ASSERT_DONE(database_->backups().restore(request_of(dumped), late));
  EXPECT_EQ(cell(*database_, "SELECT name FROM state"), "old");
}

// A full disk: at whatever byte the writing stops, the database stays as it was.
TEST_P(SqliteRestoreInEachMode, FullDiskChangesNothing) {
  prepare(GetParam());
  ASSERT_DONE(database_->query("PRAGMA wal_checkpoint(TRUNCATE)"));
  const std::string before = hash_of_live();
  database_.reset();
  const std::uintmax_t size = std::filesystem::file_size(dump_file());
  // The copy beside the database (size) does not fit; or the journal or WAL does not.
  for (const std::uintmax_t room : {std::uintmax_t{65536}, size / 2, size - 1, size, size + 4096}) {
    Application full({"restore", path(), dump_folder()}, room);
    EXPECT_THAT(full.ask("go"),
                testing::AllOf(testing::StartsWith("error: the restore "), HasSubstr("the database is as it was")))
        << room;
    full.finish();
    EXPECT_FALSE(std::filesystem::exists(path("shop.db.migrator-restore")));
    database_ = open();
    EXPECT_EQ(cell(*database_, "PRAGMA integrity_check"), "ok") << room;
    EXPECT_EQ(hash_of_live(), before) << room;
    database_.reset();
  }
  Application well({"restore", path(), dump_folder()});
  EXPECT_EQ(well.ask("go"), "restored");
}

} // namespace
} // namespace migrator::database
