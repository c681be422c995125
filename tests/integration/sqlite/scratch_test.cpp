// A scratch database does what any other does, and is its own.
#include "migrator/database/backup.h"
#include "tests/integration/sqlite/sqlite_support.h"

namespace migrator::database {

namespace {

using ScratchTest = SqliteTest;

TEST_F(ScratchTest, IsEmptyAndCanBeMigrated) {
  auto scratch = sqlite_driver().open_scratch(file_url(path()), {}, {});
  ASSERT_TRUE(scratch) << scratch.error().message;
  Database &database = **scratch;
  EXPECT_EQ(cell(database, "SELECT count(*) FROM sqlite_schema"), "0");
  ASSERT_DONE(database.preflight());
  const auto lock = database.try_lock();
  ASSERT_DONE(lock);
  EXPECT_TRUE(lock->acquired);
  ASSERT_DONE(unit(database, {"CREATE TABLE t(a)", "INSERT INTO t VALUES (1)"}));
  EXPECT_EQ(cell(database, "SELECT a FROM t"), "1");
  database.release_lock();
}

TEST_F(ScratchTest, IsNobodyElsesAndLeavesNoFile) {
  {
    auto one = sqlite_driver().open_scratch(file_url(path()), {}, {});
    auto other = sqlite_driver().open_scratch(file_url(path()), {}, {});
    ASSERT_TRUE(one);
    ASSERT_TRUE(other);
    ASSERT_DONE(unit(**one, {"CREATE TABLE t(a)"}));
    EXPECT_EQ(cell(**other, "SELECT count(*) FROM sqlite_schema"), "0");
  }
  EXPECT_FALSE(try_open(path(), false)) << "the target was made";
}

TEST_F(ScratchTest, OfAReadingVerbCanBeWritten) {
  OpenOptions options;
  options.read_only = true;
  auto scratch = sqlite_driver().open_scratch(file_url(path()), {}, options);
  ASSERT_TRUE(scratch) << scratch.error().message;
  ASSERT_DONE(unit(**scratch, {"CREATE TABLE t(a)"}));
}

} // namespace

} // namespace migrator::database
