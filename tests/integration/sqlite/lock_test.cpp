// The lock file: one lock for all names of one database, what others can read of it, and what a dead holder leaves.
#include "migrator/database/sqlite/lock.h"

#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "tests/integration/sqlite/sqlite_support.h"

namespace migrator::database {
namespace {

using testing::HasSubstr;
using SqliteLock = SqliteTest;

TEST_F(SqliteLock, TwoPathsToOneFileShareIt) {
  const auto plain = open();
  ASSERT_EQ(symlink(path().c_str(), path("link.db").c_str()), 0);
  const auto linked = open("link.db");
  ASSERT_TRUE(plain && linked);
  ASSERT_TRUE(plain->try_lock()->acquired);
  EXPECT_FALSE(linked->try_lock()->acquired);
  EXPECT_NE(access(path("link.db.migrator-lock").c_str(), F_OK), 0);
}

TEST_F(SqliteLock, FileIsPrivateAndStays) {
  const auto database = open();
  ASSERT_TRUE(database->try_lock()->acquired);
  database->release_lock();
  struct stat found {};
  ASSERT_EQ(stat(path("shop.db.migrator-lock").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
  EXPECT_EQ(found.st_size, 0);
}

TEST_F(SqliteLock, TryingAgainWhileHeldKeepsIt) {
  const auto database = open();
  ASSERT_TRUE(database->try_lock()->acquired);
  EXPECT_TRUE(database->try_lock()->acquired);
  const auto own = database->lock_holder();
  ASSERT_TRUE(own && *own);
  EXPECT_EQ((*own)->who, "test@host (pid " + std::to_string(getpid()) + ")");
}

TEST_F(SqliteLock, WhatADeadHolderLeftIsNobody) {
  const auto database = open();
  std::ofstream(path("shop.db.migrator-lock")) << R"({"who":"ghost","since":"2026-01-01T00:00:00Z","run_id":"x"})";
  const auto nobody = database->lock_holder();
  ASSERT_TRUE(nobody) << nobody.error().message;
  EXPECT_FALSE(*nobody);
  EXPECT_TRUE(database->try_lock()->acquired);
  EXPECT_EQ((*database->lock_holder())->who, "test@host (pid " + std::to_string(getpid()) + ")");
}

TEST_F(SqliteLock, HolderThatLeftNoNoteIsStillAHolder) {
  const auto first = open();
  const auto second = open();
  ASSERT_TRUE(first->try_lock()->acquired);
  std::ofstream(path("shop.db.migrator-lock"), std::ios::trunc) << "not json";
  const auto attempt = second->try_lock();
  ASSERT_TRUE(attempt) << attempt.error().message;
  EXPECT_FALSE(attempt->acquired);
  EXPECT_FALSE(attempt->holder);
  EXPECT_EQ((*second->lock_holder())->who, "another migrator");
}

TEST_F(SqliteLock, LinkInThePlaceOfTheLockFileIsNotFollowed) {
  const auto database = open();
  ASSERT_EQ(symlink("/dev/null", path("shop.db.migrator-lock").c_str()), 0);
  const auto attempt = database->try_lock();
  ASSERT_FALSE(attempt);
  EXPECT_EQ(attempt.error().code, ErrorCode::NotWritable);
  EXPECT_THAT(attempt.error().message, HasSubstr("cannot be made"));
}

TEST_F(SqliteLock, OddWordsSurviveTheNote) {
  sqlite::LockFile lock(path("note"));
  sqlite::LockFile other(path("note"));
  ASSERT_TRUE(lock.try_lock("a\"b\n\xff", "r")->acquired);
  const auto attempt = other.try_lock("c", "s");
  ASSERT_TRUE(attempt && attempt->holder);
  EXPECT_THAT(attempt->holder->who, testing::StartsWith("a\"b\n"));
}

} // namespace
} // namespace migrator::database
