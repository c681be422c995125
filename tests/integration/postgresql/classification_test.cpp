// Every kind of statement that PostgreSQL or the design keeps out of a transaction, and neighbours that look like them.
#include "migrator/database/postgresql/classification.h"
#include "migrator/database/postgresql/dialect.h"

#include <gtest/gtest.h>

namespace migrator::database::postgresql {
namespace {

using enum TransactionRule;

struct Case {
  std::string sql;
  std::string keyword;
  TransactionRule rule = Any;
  ProbeKind probe = ProbeKind::None;
  bool bare = false;
};

std::ostream &operator<<(std::ostream &out, const Case &one) {
  return out << one.sql;
}

class Classifying : public testing::TestWithParam<Case> {};

TEST_P(Classifying, ByItsFirstWords) {
  const auto found = classify(GetParam().sql);
  EXPECT_EQ(found.keyword, GetParam().keyword);
  EXPECT_EQ(found.rule, GetParam().rule);
  EXPECT_EQ(found.probe, GetParam().probe);
  EXPECT_EQ(found.bare_when_alone, GetParam().bare);
}

INSTANTIATE_TEST_SUITE_P(RefusedOnes, Classifying,
                         testing::Values(Case{"BEGIN", "BEGIN", Refused}, Case{"begin work", "BEGIN", Refused},
                                         Case{"/* x */ Start transaction", "START TRANSACTION", Refused},
                                         Case{"COMMIT AND CHAIN", "COMMIT", Refused}, Case{"END", "END", Refused},
                                         Case{"ABORT", "ABORT", Refused}, Case{"ROLLBACK", "ROLLBACK", Refused},
                                         Case{"ROLLBACK WORK AND CHAIN", "ROLLBACK", Refused},
                                         Case{"PREPARE TRANSACTION 'x'", "PREPARE TRANSACTION", Refused},
                                         Case{"COMMIT PREPARED 'x'", "COMMIT PREPARED", Refused},
                                         Case{"ROLLBACK PREPARED 'x'", "ROLLBACK PREPARED", Refused},
                                         Case{"DISCARD ALL", "DISCARD", Refused}, Case{"DISCARD TEMP", "DISCARD", Refused},
                                         Case{"SET SESSION AUTHORIZATION x", "SET SESSION AUTHORIZATION", Refused},
                                         Case{"SET LOCAL SESSION AUTHORIZATION x", "SET SESSION AUTHORIZATION", Refused},
                                         Case{"SET SESSION SESSION AUTHORIZATION x", "SET SESSION AUTHORIZATION", Refused},
                                         Case{"SET session_authorization = x", "SET SESSION AUTHORIZATION", Refused},
                                         Case{"RESET SESSION AUTHORIZATION", "RESET SESSION AUTHORIZATION", Refused}));

INSTANTIATE_TEST_SUITE_P(
    NeverInsideOnes, Classifying,
    testing::Values(Case{"CREATE DATABASE x", "CREATE DATABASE", NeverInside},
                    Case{"DROP DATABASE IF EXISTS x", "DROP DATABASE", NeverInside},
                    Case{"CREATE TABLESPACE x LOCATION '/'", "CREATE TABLESPACE", NeverInside},
                    Case{"DROP TABLESPACE x", "DROP TABLESPACE", NeverInside},
                    Case{"CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p", "CREATE SUBSCRIPTION", NeverInside},
                    Case{"DROP SUBSCRIPTION s", "DROP SUBSCRIPTION", NeverInside},
                    Case{"ALTER SYSTEM SET x = 1", "ALTER SYSTEM", NeverInside},
                    Case{"ALTER SUBSCRIPTION s REFRESH PUBLICATION", "ALTER SUBSCRIPTION", NeverInside},
                    Case{"ALTER SUBSCRIPTION s ADD PUBLICATION p", "ALTER SUBSCRIPTION", NeverInside},
                    Case{"CREATE INDEX CONCURRENTLY i ON t (a)", "CREATE INDEX CONCURRENTLY", NeverInside, ProbeKind::Catalog},
                    Case{"CREATE INDEX CONCURRENTLY ON t (a)", "CREATE INDEX CONCURRENTLY", NeverInside, ProbeKind::None},
                    Case{"create unique index concurrently if not exists i on t (a)", "CREATE UNIQUE INDEX CONCURRENTLY",
                         NeverInside, ProbeKind::Catalog},
                    Case{"DROP INDEX CONCURRENTLY IF EXISTS s.i", "DROP INDEX CONCURRENTLY", NeverInside, ProbeKind::Catalog},
                    Case{"REINDEX SCHEMA s", "REINDEX SCHEMA", NeverInside},
                    Case{"REINDEX DATABASE d", "REINDEX DATABASE", NeverInside},
                    Case{"REINDEX SYSTEM d", "REINDEX SYSTEM", NeverInside},
                    Case{"REINDEX TABLE CONCURRENTLY t", "REINDEX TABLE CONCURRENTLY", NeverInside},
                    Case{"REINDEX (VERBOSE, CONCURRENTLY) INDEX i", "REINDEX INDEX CONCURRENTLY", NeverInside},
                    Case{"VACUUM (FULL) t", "VACUUM", NeverInside, ProbeKind::Repeat}, Case{"CLUSTER", "CLUSTER", NeverInside},
                    Case{"CLUSTER (VERBOSE)", "CLUSTER", NeverInside},
                    Case{"ALTER TABLE ONLY p DETACH PARTITION \"C\" CONCURRENTLY", "ALTER TABLE DETACH PARTITION CONCURRENTLY",
                         NeverInside, ProbeKind::Catalog},
                    Case{"ALTER DATABASE d SET TABLESPACE x", "ALTER DATABASE SET TABLESPACE", NeverInside}));

INSTANTIATE_TEST_SUITE_P(
    AnyOnes, Classifying,
    testing::Values(
        Case{"ROLLBACK TO a", "ROLLBACK TO SAVEPOINT"}, Case{"ROLLBACK WORK TO SAVEPOINT a", "ROLLBACK TO SAVEPOINT"},
        Case{"SAVEPOINT a", "SAVEPOINT"}, Case{"RELEASE a", "RELEASE"}, Case{"PREPARE transaction AS SELECT 1", "PREPARE"},
        Case{"PREPARE p AS SELECT 1", "PREPARE"}, Case{"SET ROLE x", "SET"}, Case{"SET search_path = ''", "SET"},
        Case{"RESET ALL", "RESET"}, Case{"ALTER TYPE t ADD VALUE 'x' AFTER 'y'", "ALTER TYPE ADD VALUE", Any, ProbeKind::Catalog},
        Case{"ALTER TYPE t RENAME VALUE 'x' TO 'y'", "ALTER TYPE"}, Case{"CALL p()", "CALL", Any, ProbeKind::None, true},
        Case{"CREATE INDEX i ON t (a)", "CREATE INDEX"}, Case{"CREATE UNIQUE INDEX i ON t (a)", "CREATE INDEX"},
        Case{"DROP INDEX i", "DROP INDEX"}, Case{"REINDEX TABLE t", "REINDEX TABLE"},
        Case{"REINDEX (CONCURRENTLY false) TABLE t", "REINDEX TABLE"}, Case{"CLUSTER t USING i", "CLUSTER"},
        Case{"ALTER TABLE p DETACH PARTITION c", "ALTER TABLE"}, Case{"ALTER TABLE p DETACH PARTITION c FINALIZE", "ALTER TABLE"},
        Case{"ALTER DATABASE d SET x = 1", "ALTER DATABASE"}, Case{"ALTER SUBSCRIPTION s DISABLE", "ALTER SUBSCRIPTION"},
        Case{"ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)", "ALTER SUBSCRIPTION"},
        Case{"CREATE OR REPLACE TEMP VIEW v AS SELECT 1", "CREATE VIEW"},
        Case{"CREATE MATERIALIZED VIEW v AS SELECT 1", "CREATE MATERIALIZED VIEW"},
        Case{"CREATE TABLE \"database\" (a int)", "CREATE TABLE"}, Case{"\"commit\"", "\"COMMIT\""},
        Case{"COPY t FROM stdin", "COPY"}, Case{"INSERT INTO t VALUES ('COMMIT')", "INSERT"}));

TEST(SessionSettings, WhatLastsAsLongAsTheSession) {
  for (const auto *sql :
       {"SET search_path = x", "SET SESSION lock_timeout = 0", "SET ROLE x", "RESET work_mem", "LOAD 'x'",
        "PREPARE p AS SELECT 1", "SELECT pg_catalog.set_config('search_path', '', false)", "SET TIME ZONE 'UTC'"}) {
    EXPECT_TRUE(classify(sql).sets_session) << sql;
  }
  for (const auto *sql : {"SET LOCAL work_mem = 1", "SET TRANSACTION READ ONLY", "SET CONSTRAINTS ALL IMMEDIATE", "SELECT 1",
                          "CREATE TABLE t ()", "INSERT INTO set_config VALUES ('SET')"}) {
    EXPECT_FALSE(classify(sql).sets_session) << sql;
  }
}

TEST(SessionSettings, SplittingKeepsWhatIsKnownOfAStatement) {
  const auto statements = PostgresqlDialect().split(
      {"SET search_path = x; CALL p(); VACUUM; CREATE INDEX CONCURRENTLY i ON t (a); SELECT 1;", 1}, "f.sql");
  ASSERT_TRUE(statements) << statements.error().message;
  ASSERT_EQ(statements->size(), 5U);
  for (const Statement &statement : *statements) {
    const auto kind = classify(statement.text);
    EXPECT_EQ(statement.keyword, kind.keyword);
    EXPECT_EQ(statement.rule, kind.rule);
    EXPECT_EQ(statement.probe, kind.probe);
    EXPECT_EQ(statement.bare_when_alone, kind.bare_when_alone);
    EXPECT_EQ(statement.sets_session, kind.sets_session);
  }
  EXPECT_TRUE(statements->at(0).sets_session);
  EXPECT_TRUE(statements->at(1).bare_when_alone);
  EXPECT_EQ(statements->at(2).probe, ProbeKind::Repeat);
  EXPECT_EQ(statements->at(3).probe, ProbeKind::Catalog);
  EXPECT_FALSE(statements->at(4).sets_session);
}

} // namespace
} // namespace migrator::database::postgresql
