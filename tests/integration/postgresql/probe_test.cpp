// What the catalog says of statements that were killed outside a transaction.
#include <csignal>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "tests/integration/postgresql/postgres_test.h"

namespace migrator::database::postgresql {
namespace {

class Probes : public PostgresTest {
protected:
  Probes() {
    execute("CREATE TABLE public.t (a int, b text, c timestamptz); CREATE TYPE mood AS ENUM ('ok'); "
            "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)");
  }
  void expect(const std::string &sql, StatementOutcome outcome) {
    const auto found = database_->probe(split(sql).at(0));
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(*found, outcome) << sql;
  }
  Status run_bare(const std::string &sql) {
    if (auto begun = database_->begin_bare({}); !begun) return begun;
    auto ran = run_all(*database_, sql);
    database_->end_bare();
    return ran;
  }
  void make_invalid(const std::string &index) {
    execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = '" + index + "'::regclass");
  }

  std::unique_ptr<Database> database_ = open();
};

TEST_F(Probes, IndexesAreComparedAsTheServerWritesThem) {
  for (const std::string sql :
       {"CREATE INDEX CONCURRENTLY i ON t (a)",
        "CREATE UNIQUE INDEX CONCURRENTLY i ON t (lower(b), a DESC) WHERE t.a > 1 AND b = 'x'",
        "CREATE INDEX CONCURRENTLY \"I x\" ON public.\"t\" USING hash (b)",
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY t USING btree (a) INCLUDE (b) WITH (fillfactor = 70)"}) {
    expect(sql, StatementOutcome::NotDone);
    ASSERT_DONE(run_bare(sql));
    expect(sql, StatementOutcome::Done);
    expect("CREATE INDEX CONCURRENTLY i2 ON t (a)", StatementOutcome::NotDone);
    const std::string name = sql.find("I x") == std::string::npos ? "i" : "\"I x\"";
    expect("CREATE INDEX CONCURRENTLY " + name + " ON t (c)", StatementOutcome::NotDone);
    make_invalid(name);
    expect(sql, StatementOutcome::LeftInvalid);
    expect("CREATE INDEX CONCURRENTLY " + name + " ON t (c)", StatementOutcome::NotDone);
    ASSERT_DONE(database_->drop_invalid(split(sql).at(0)));
    expect(sql, StatementOutcome::NotDone);
  }
}

TEST_F(Probes, AValidIndexIsNeverDropped) {
  ASSERT_DONE(run_bare("CREATE INDEX CONCURRENTLY i ON t (a)"));
  ASSERT_DONE(database_->drop_invalid(split("CREATE INDEX CONCURRENTLY i ON t (a)").at(0)));
  expect("CREATE INDEX CONCURRENTLY i ON t (a)", StatementOutcome::Done);
}

TEST_F(Probes, ALeftoverUnderIfNotExistsIsNotSuccess) {
  ASSERT_DONE(run_bare("CREATE INDEX CONCURRENTLY i ON t (a)"));
  make_invalid("i");
  const auto ran = run_bare("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)");
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().message,
            "the index public.i is there but invalid, left by a build that failed: run DROP INDEX CONCURRENTLY public.i, then "
            "the same command again");
}

TEST_F(Probes, DropIndex) {
  execute("CREATE INDEX i ON t (a)");
  expect("DROP INDEX CONCURRENTLY i", StatementOutcome::NotDone);
  ASSERT_DONE(run_bare("DROP INDEX CONCURRENTLY i"));
  expect("DROP INDEX CONCURRENTLY i", StatementOutcome::Done);
}

TEST_F(Probes, EnumLabel) {
  expect("ALTER TYPE mood ADD VALUE 'it''s'", StatementOutcome::NotDone);
  execute("ALTER TYPE mood ADD VALUE 'it''s'");
  expect("ALTER TYPE mood ADD VALUE 'it''s' BEFORE 'ok'", StatementOutcome::Done);
  expect("ALTER TYPE nothing ADD VALUE 'x'", StatementOutcome::NotDone);
}

TEST_F(Probes, Partition) {
  const std::string detach = "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY";
  expect(detach, StatementOutcome::NotDone);
  ASSERT_DONE(run_bare(detach));
  expect(detach, StatementOutcome::Done);
}

TEST_F(Probes, AHalfDetachedPartitionIsFinished) {
  const std::string detach = "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY";
  const auto reader = open();
  ASSERT_DONE(reader->query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM p"));
  UnitSettings settings;
  settings.statement_timeout = std::chrono::milliseconds(500);
  ASSERT_DONE(database_->begin_bare(settings));
  EXPECT_FALSE(run_all(*database_, detach));
  database_->end_bare();
  ASSERT_DONE(reader->query("ROLLBACK"));
  expect(detach, StatementOutcome::NotDone);
  ASSERT_DONE(run_bare(detach));
  expect(detach, StatementOutcome::Done);
}

// Killed with -9 while it waits for a reader: first the server still builds, then the index is left invalid.
TEST_F(Probes, AKilledBuildIsSeenAtWorkThenInvalid) {
  execute("ALTER DATABASE " + name_ + " SET client_connection_check_interval = 0");
  const std::string build = "CREATE INDEX CONCURRENTLY i ON t (a)";
  const auto reader = open();
  ASSERT_DONE(reader->query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM t"));
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto own = open();
    UnitSettings settings;
    settings.lock_timeout = std::chrono::milliseconds(0);
    if (!own->begin_bare(settings)) _exit(1);
    static_cast<void>(run_all(*own, build));
    _exit(2);
  }
  ASSERT_TRUE(becomes_one(
      "SELECT count(*) FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting%' AND index_relid <> 0 AND datname = '" +
      name_ + "'"));
  ASSERT_EQ(kill(child, SIGKILL), 0);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  expect(build, StatementOutcome::InProgressElsewhere);
  for (;;) {
    const auto left = database_->end_stale_workers();
    ASSERT_TRUE(left) << left.error().message;
    if (left->empty()) break;
  }
  expect(build, StatementOutcome::LeftInvalid);
  ASSERT_DONE(reader->query("ROLLBACK"));
  ASSERT_DONE(database_->drop_invalid(split(build).at(0)));
  ASSERT_DONE(run_bare(build));
  expect(build, StatementOutcome::Done);
}

} // namespace
} // namespace migrator::database::postgresql
