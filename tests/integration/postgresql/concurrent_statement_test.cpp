// Statements taken apart for the probe, and those that it must not pretend to understand.
#include "migrator/database/postgresql/concurrent_statement.h"

#include <gtest/gtest.h>

namespace migrator::database::postgresql {
namespace {

TEST(ReadConcurrentStatement, BuildIndex) {
  const auto read = read_concurrent_statement(
      "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"My I\" ON ONLY s.\"T\" USING gin (a, lower(b)) WHERE a > 1");
  ASSERT_TRUE(read);
  const auto &index = std::get<BuildIndex>(*read);
  EXPECT_TRUE(index.unique);
  EXPECT_EQ(index.name, "\"My I\"");
  EXPECT_EQ(index.table, "s.\"T\"");
  EXPECT_EQ(index.definition, "USING gin (a, lower(b)) WHERE a > 1");
}

TEST(ReadConcurrentStatement, OthersByTheirNames) {
  EXPECT_EQ(std::get<DropIndex>(*read_concurrent_statement("DROP INDEX CONCURRENTLY s.i CASCADE")).name, "s.i");
  const auto add =
      std::get<AddEnumValue>(*read_concurrent_statement("ALTER TYPE s.mood ADD VALUE IF NOT EXISTS 'it''s' BEFORE 'b'"));
  EXPECT_EQ(add.type, "s.mood");
  EXPECT_EQ(add.label, "'it''s'");
  const auto detach =
      std::get<DetachPartition>(*read_concurrent_statement("ALTER TABLE IF EXISTS ONLY p DETACH PARTITION s.c CONCURRENTLY"));
  EXPECT_EQ(detach.parent, "p");
  EXPECT_EQ(detach.partition, "s.c");
}

TEST(ReadConcurrentStatement, NothingElse) {
  for (const auto *sql :
       {"CREATE INDEX CONCURRENTLY ON t (a)", "CREATE INDEX i ON t (a)", "DROP INDEX CONCURRENTLY a, b", "DROP INDEX a",
        "ALTER TYPE t RENAME TO u", "ALTER TABLE p DETACH PARTITION c", "CREATE INDEX CONCURRENTLY i ON t", "SELECT 1", ""}) {
    EXPECT_FALSE(read_concurrent_statement(sql)) << sql;
  }
}

} // namespace
} // namespace migrator::database::postgresql
