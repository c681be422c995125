// The contract of Backups and DumpProver, as migrator/database/backup.h states it, once for every driver: dump, prove, restore, comparison,
// histories. How the fence holds others out is each adapter's own to test.
#include <chrono>
#include <filesystem>
#include <fstream>

#include <sys/stat.h>

#include <gmock/gmock.h>

#include "migrator/ledger/schema.h"
#include "migrator/ledger/write.h"
#include "tests/integration/contract/backups_contract.h"

namespace migrator::database::contract {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

namespace {

#define ASSERT_DONE(expression)                                                                                                  \
  do {                                                                                                                           \
    const auto done_ = (expression);                                                                                             \
    ASSERT_TRUE(done_) << done_.error().message;                                                                                 \
  } while (false)

#define ASSERT_FAILS(expression, wanted_code)                                                                                    \
  do {                                                                                                                           \
    const auto done_ = (expression);                                                                                             \
    ASSERT_FALSE(done_);                                                                                                         \
    EXPECT_EQ(done_.error().code, wanted_code) << done_.error().message;                                                         \
  } while (false)

std::string cell(Database &database, const std::string &sql) {
  const auto rows = database.query(sql);
  if (!rows) return "error: " + rows.error().message;
  if (rows->rows.size() != 1 || rows->rows.front().size() != 1) return "not one cell";
  return rows->rows.front().front().value_or("NULL");
}

} // namespace

// A database with a history at `head`, two tables and a view, opened with its lock held and widened.
void BackupsContract::SetUp() {
  DatabaseContract::SetUp();
  database_ = open();
  ASSERT_TRUE(database_);
  dialect_ = database_->dialect();
  tables_ = ledger::tables({}, dialect_);
  ASSERT_DONE(database_->query(ledger::create_history(tables_, dialect_)));
  ASSERT_DONE(database_->query("INSERT INTO " + tables_.version + " VALUES ('head')"));
  ASSERT_DONE(database_->query(journal_row("head")));
  ASSERT_DONE(database_->query("CREATE TABLE " + table("customers") +
                               " (id integer PRIMARY KEY, name varchar(40), paid numeric); "
                               "CREATE TABLE " +
                               table("orders") +
                               " (id integer PRIMARY KEY, customer integer REFERENCES customers (id)); CREATE VIEW " +
                               table("totals") + " AS SELECT customer, count(*) AS orders FROM " + table("orders") +
                               " GROUP BY customer; INSERT INTO " + table("customers") +
                               " VALUES (1, 'Anna', 1.50), (2, NULL, 0); "
                               "INSERT INTO " +
                               table("orders") + " VALUES (10, 1), (11, 1), (12, 2)"));
  const auto lock = database_->try_lock();
  ASSERT_TRUE(lock && lock->acquired);
  const auto wide = database_->try_widen_lock();
  ASSERT_TRUE(wide && wide->acquired);
}

void BackupsContract::TearDown() {
  if (!database_) return;
  ASSERT_DONE(database_->backups().lower_fence());
  database_->release_lock();
}

std::string BackupsContract::table(const std::string &name) const {
  return database_->qualified(name);
}

std::string BackupsContract::journal_row(const std::string &revision) const {
  ledger::Entry entry;
  entry.revision = revision;
  entry.started_at = "2026-11-22T17:00:00Z";
  return ledger::insert_sql(tables_, dialect_, entry, {revision});
}

Result<Dumped> BackupsContract::dump(const std::string &name) {
  DumpRequest request;
  request.folder = folder_.path() + "/" + name;
  std::filesystem::create_directory(request.folder);
  return database_->backups().dump(request, heard_);
}

RestoreRequest BackupsContract::restore_of(const Dumped &dumped) const {
  RestoreRequest request;
  request.folder = folder_.path() + "/dump";
  request.dumped = dumped;
  return request;
}

Scratch BackupsContract::scratch() const {
  Scratch scratch;
  scratch.same_server = fixture_->url();
  return scratch;
}

Status BackupsContract::prove(const Dumped &dumped, Proof proof, Deadline deadline, const std::function<bool()> &interrupted) {
  return fixture_->driver().prover().prove(folder_.path() + "/dump", dumped, proof, scratch(), deadline, interrupted, heard_);
}

TEST_P(BackupsContract, CheckTellsTheSize) {
  for (const Proof proof : {Proof::None, Proof::Archive, Proof::Restore}) {
    const auto needs = database_->backups().check({proof, scratch()});
    ASSERT_TRUE(needs) << needs.error().message;
    EXPECT_GT(needs->database_bytes, 0);
    EXPECT_GT(needs->least_bytes, 0);
  }
}

TEST_P(BackupsContract, IdentityIsTheSameOnEveryConnection) {
  const auto other = open("other@host");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->backups().identity(), database_->backups().identity());
  EXPECT_EQ(database_->backups().identity().product, database_->server().product);
}

TEST_P(BackupsContract, DumpTellsWhatWasTrue) {
  const auto dumped = dump();
  ASSERT_TRUE(dumped) << dumped.error().message;
  EXPECT_EQ(dumped->identity, database_->backups().identity());
  EXPECT_FALSE(dumped->versions.empty());
  struct stat file {};
  ASSERT_EQ(stat((folder_.path() + "/dump/" + dumped->file).c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600U);
  EXPECT_GT(file.st_size, 0);
  ASSERT_EQ(dumped->histories.size(), 1U);
  EXPECT_EQ(dumped->histories.front().name.table, "migrator_version");
  EXPECT_THAT(dumped->histories.front().heads, ElementsAre("head"));
  EXPECT_EQ(dumped->histories.front().last_entry, 1);
  ASSERT_TRUE(dumped->contents);
  std::int64_t ours = 0;
  std::int64_t rows = 0;
  for (const ContentEntry &entry : dumped->contents->entries) {
    if (entry.ours) ++ours;
    if (!entry.ours && entry.kind == "rows") rows += entry.rows;
    EXPECT_FALSE(entry.hash.empty()) << entry.name;
  }
  EXPECT_GE(ours, 3) << "version table, journal and meta";
  EXPECT_EQ(rows, 5);
  EXPECT_TRUE(
      std::is_sorted(dumped->contents->entries.begin(), dumped->contents->entries.end(), [](const auto &left, const auto &right) {
        return std::pair(left.kind, left.name) < std::pair(right.kind, right.name);
      }));
}

TEST_P(BackupsContract, DumpWithoutContents) {
  DumpRequest request;
  request.folder = folder_.path();
  request.with_contents = false;
  const auto dumped = database_->backups().dump(request, heard_);
  ASSERT_TRUE(dumped) << dumped.error().message;
  EXPECT_FALSE(dumped->contents);
  EXPECT_EQ(dumped->histories.size(), 1U);
}

TEST_P(BackupsContract, HistoriesAreFoundByTheirShape) {
  const ledger::Tables second = ledger::tables({"", "Other_history"}, dialect_);
  ASSERT_DONE(database_->query(ledger::create_history(second, dialect_)));
  ASSERT_DONE(database_->query("INSERT INTO " + second.version + " VALUES ('b'), ('a')"));
  const auto found = database_->backups().histories();
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ((*found)[0].name.table, "Other_history");
  EXPECT_THAT((*found)[0].heads, ElementsAre("a", "b"));
  EXPECT_EQ((*found)[0].last_entry, 0);
  EXPECT_EQ((*found)[1].last_entry, 1);
}

TEST_P(BackupsContract, EveryProofHolds) {
  const auto dumped = dump();
  ASSERT_TRUE(dumped) << dumped.error().message;
  for (const Proof proof : {Proof::None, Proof::Archive, Proof::Restore}) ASSERT_DONE(prove(*dumped, proof));
  std::vector<std::string> left;
  for (const auto &entry : std::filesystem::directory_iterator(folder_.path() + "/dump"))
    left.push_back(entry.path().filename().string());
  EXPECT_THAT(left, ElementsAre(dumped->file)) << "a proof leaves nothing behind";
}

TEST_P(BackupsContract, RestoredRowsAreCompared) {
  auto dumped = dump();
  ASSERT_TRUE(dumped) << dumped.error().message;
  for (ContentEntry &entry : dumped->contents->entries)
    if (entry.kind == "rows" && entry.name.find("orders") != std::string::npos) entry.rows = 4;
  const auto proved = prove(*dumped, Proof::Restore);
  ASSERT_FALSE(proved);
  EXPECT_EQ(proved.error().code, ErrorCode::BackupFailed);
  EXPECT_THAT(proved.error().message, HasSubstr("has 3 rows and not 4"));
}

TEST_P(BackupsContract, DumpThatWasCutOffIsFound) {
  const auto dumped = dump();
  ASSERT_TRUE(dumped) << dumped.error().message;
  const std::string file = folder_.path() + "/dump/" + dumped->file;
  const auto whole = std::filesystem::file_size(file);
  for (const std::uintmax_t size : {whole - 1, whole / 2, std::uintmax_t{50}, std::uintmax_t{0}}) {
    std::filesystem::resize_file(file, size);
    ASSERT_FAILS(prove(*dumped, Proof::Archive), ErrorCode::BackupFailed);
  }
  std::filesystem::remove(file);
  ASSERT_FAILS(prove(*dumped, Proof::Archive), ErrorCode::BackupFailed);
}

TEST_P(BackupsContract, InterruptedAndLateProofsEnd) {
  const auto dumped = dump();
  ASSERT_TRUE(dumped) << dumped.error().message;
  ASSERT_FAILS(prove(*dumped, Proof::Restore, {}, [] { return true; }), ErrorCode::Terminated);
  ASSERT_FAILS(prove(*dumped, Proof::Restore, std::chrono::steady_clock::now()), ErrorCode::BackupFailed);
}

TEST_P(BackupsContract, InterruptedDumpEndsAndTheNextWorks) {
  database_->interrupt();
  ASSERT_FAILS(dump("first"), ErrorCode::Terminated);
  ASSERT_DONE(dump("second"));
}

TEST_P(BackupsContract, LateAndLargeDumpsAreRefused) {
  DumpRequest request;
  request.folder = folder_.path();
  request.deadline = std::chrono::steady_clock::now();
  ASSERT_FAILS(database_->backups().dump(request, heard_), ErrorCode::BackupFailed);
  request.deadline.reset();
  request.max_bytes = 100;
  ASSERT_FAILS(database_->backups().dump(request, heard_), ErrorCode::BackupFailed);
}

TEST_P(BackupsContract, FenceCanBeRaisedTwiceAndLowered) {
  ASSERT_DONE(database_->backups().raise_fence(1s));
  ASSERT_DONE(database_->begin_unit({}));
  ASSERT_DONE(database_->finish_unit("INSERT INTO " + table("orders") + " VALUES (20, 2)"));
  ASSERT_DONE(database_->backups().lower_fence());
  ASSERT_DONE(database_->backups().raise_fence(1s));
  EXPECT_EQ(cell(*database_, "SELECT count(*) FROM " + table("orders")), "4");
  ASSERT_DONE(database_->backups().lower_fence());
  ASSERT_DONE(database_->backups().lower_fence());
  const auto other = open("other@host");
  ASSERT_TRUE(other);
  ASSERT_DONE(other->query("INSERT INTO " + table("orders") + " VALUES (21, 2)"));
}

TEST_P(BackupsContract, DroppedColumnComesBack) {
  const auto before = dump();
  ASSERT_TRUE(before) << before.error().message;
  ASSERT_DONE(database_->begin_unit({}));
  ASSERT_DONE(database_->finish_unit("DROP VIEW " + table("totals") + "; ALTER TABLE " + table("customers") +
                                     " DROP COLUMN name; DELETE FROM " + table("orders") + "; CREATE TABLE " + table("later") +
                                     " (x integer); UPDATE " + tables_.version + " SET version_num = 'next'; " +
                                     journal_row("next")));
  ASSERT_DONE(database_->backups().raise_fence(1s));
  auto request = restore_of(*before);
  request.bookkeeping = "UPDATE " + tables_.journal + " SET outcome = 'restored' WHERE id = 1";
  ASSERT_DONE(database_->backups().check_restore(request));
  ASSERT_DONE(database_->backups().restore(request, heard_));
  EXPECT_EQ(cell(*database_, "SELECT name FROM " + table("customers") + " WHERE id = 1"), "Anna");
  EXPECT_EQ(cell(*database_, "SELECT orders FROM " + table("totals") + " WHERE customer = 1"), "2");
  EXPECT_EQ(cell(*database_, "SELECT version_num FROM " + tables_.version), "head");
  EXPECT_EQ(cell(*database_, "SELECT outcome FROM " + tables_.journal), "restored");
  EXPECT_EQ(cell(*database_, "SELECT count(*) FROM " + tables_.revisions), "1");
  const auto there = database_->has_relation("later");
  ASSERT_TRUE(there);
  EXPECT_FALSE(*there);
  const auto after = dump("after");
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_THAT(differences(*before->contents, *after->contents, true), IsEmpty());
  EXPECT_THAT(differences(*before->contents, *after->contents, false), testing::Not(IsEmpty())) << "the bookkeeping is in";
  ASSERT_DONE(database_->begin_unit({})); // the connection stays usable
  ASSERT_DONE(database_->finish_unit("INSERT INTO " + table("orders") + " VALUES (30, 2)"));
  ASSERT_DONE(database_->backups().lower_fence());
}

TEST_P(BackupsContract, RestoreIsWholeOrNotAtAll) {
  const auto dumped = dump();
  ASSERT_TRUE(dumped) << dumped.error().message;
  ASSERT_DONE(database_->query("DELETE FROM " + table("orders")));
  ASSERT_DONE(database_->backups().raise_fence(1s));
  const auto before = dump("before");
  ASSERT_TRUE(before) << before.error().message;
  const auto unchanged = [&] {
    const auto now = dump("now");
    ASSERT_TRUE(now) << now.error().message;
    EXPECT_THAT(differences(*before->contents, *now->contents, false), IsEmpty());
    std::filesystem::remove_all(folder_.path() + "/now");
  };
  auto request = restore_of(*dumped);
  request.bookkeeping = "UPDATE " + tables_.journal + " SET outcome = 'restored'; UPDATE not_there SET x = 1";
  ASSERT_FAILS(database_->backups().restore(request, heard_), ErrorCode::BackupFailed);
  unchanged();
  request.bookkeeping.clear();
  for (ContentEntry &entry : request.dumped.contents->entries)
    if (entry.kind == "rows" && entry.name.find("orders") != std::string::npos) entry.hash = "other";
  const auto refused = database_->backups().restore(request, heard_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::BackupFailed);
  EXPECT_THAT(refused.error().message, HasSubstr("has other contents"));
  unchanged();
  request = restore_of(*dumped);
  database_->interrupt();
  ASSERT_FAILS(database_->backups().restore(request, heard_), ErrorCode::Terminated);
  unchanged();
  request.deadline = std::chrono::steady_clock::now();
  ASSERT_FAILS(database_->backups().restore(request, heard_), ErrorCode::BackupFailed);
  unchanged();
  ASSERT_DONE(database_->backups().restore(restore_of(*dumped), heard_));
  EXPECT_EQ(cell(*database_, "SELECT count(*) FROM " + table("orders")), "3");
}

TEST_P(BackupsContract, EmptyDatabaseIsFilledAndAFullOneIsNot) {
  const auto dumped = dump();
  ASSERT_TRUE(dumped) << dumped.error().message;
  ASSERT_FAILS(database_->backups().restore_into_empty(restore_of(*dumped), heard_), ErrorCode::InvalidConfiguration);
  EXPECT_EQ(cell(*database_, "SELECT count(*) FROM " + table("orders")), "3");
  ASSERT_DONE(database_->query("DROP VIEW " + table("totals") + "; DROP TABLE " + table("orders") + "; DROP TABLE " +
                               table("customers") + "; DROP VIEW " + tables_.revisions + "; DROP TABLE " + tables_.journal +
                               "; DROP TABLE " + tables_.meta + "; DROP TABLE " + tables_.version));
  ASSERT_DONE(database_->backups().restore_into_empty(restore_of(*dumped), heard_));
  EXPECT_EQ(cell(*database_, "SELECT count(*) FROM " + table("orders")), "3");
  EXPECT_EQ(cell(*database_, "SELECT version_num FROM " + tables_.version), "head");
}

} // namespace migrator::database::contract
