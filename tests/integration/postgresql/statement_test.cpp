// The user's statements: COPY, errors, reads that may not write, statements stopped.
#include <thread>

#include "tests/integration/postgresql/postgres_test.h"

namespace migrator::database::postgresql {
namespace {

using testing::HasSubstr;
using testing::Not;

class Statements : public PostgresTest {
protected:
  // Runs `sql` in a unit and commits it.
  Status commit(const std::string &sql) {
    if (auto begun = database_->begin_unit({}); !begun) return tl::unexpected(begun.error());
    if (auto ran = run_all(*database_, sql); !ran) {
      database_->rollback_unit();
      return ran;
    }
    return database_->finish_unit("");
  }

  std::unique_ptr<Database> database_ = open();
};

TEST_F(Statements, CopyTakesItsDataVerbatim) {
  ASSERT_DONE(commit("CREATE TABLE t (a int, b text);\n"
                     "COPY t (a, b) FROM stdin;\n1\tit's; -- no \\\\. end\n2\t\\N\n3\ttab\\there\n\\.\n"
                     "COPY t FROM stdin (FORMAT csv);\n4,\"a;\n,\\b\"\n\\.\n"
                     "COPY t FROM stdin;\n\\.\n"));
  EXPECT_EQ(execute("SELECT string_agg(a || '=' || coalesce(b, 'NULL'), '|' ORDER BY a) FROM t"),
            "1=it's; -- no \\. end|2=NULL|3=tab\there|4=a;\n,\\b");
}

TEST_F(Statements, CopyOfManyRowsCountsThem) {
  std::string sql = "COPY log FROM stdin;\n";
  for (int i = 0; i < 200000; ++i) sql += "line " + std::to_string(i) + "\n";
  sql += "\\.\n";
  ASSERT_DONE(database_->begin_unit({}));
  const auto copied = database_->run(split(sql).at(0));
  ASSERT_TRUE(copied) << copied.error().message;
  EXPECT_EQ(*copied, 200000);
  ASSERT_DONE(database_->finish_unit(""));
}

TEST_F(Statements, CopyOfBadDataShowsNoRow) {
  const auto done = commit("CREATE TABLE t (a int UNIQUE); COPY t FROM stdin;\n77\n77\n\\.\n");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().sqlstate, "23505");
  EXPECT_THAT(done.error().message, Not(HasSubstr("77")));
}

TEST_F(Statements, CopyToStdoutIsRefused) {
  const auto done = commit("COPY log TO stdout");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "COPY … TO stdout has no reader in a revision: take it out, or copy to a file of the server's");
  ASSERT_DONE(commit("SELECT 1"));
}

TEST_F(Statements, ErrorsHaveTheirLine) {
  const auto done = commit("\n\nSELECT 'é',\n\n  nothing;");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "column \"nothing\" does not exist");
  EXPECT_EQ(done.error().line, 5);
  EXPECT_EQ(done.error().sqlstate, "42703");
}

TEST_F(Statements, PositionsInsideAFunctionAreNotOurs) {
  execute("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM\n\n\n\n nowhere; END $$");
  const auto done = commit("\nSELECT\n f()");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().line, 2);
}

TEST_F(Statements, PasswordsStayOutOfErrors) {
  const auto done = commit("CREATE ROLE nobody_" + name_ + " PASSWORD hunter2");
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, Not(HasSubstr("hunter2")));
}

TEST_F(Statements, NoticesAndRowsAreDropped) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const auto done = commit("DO $$ BEGIN RAISE NOTICE 'hello'; RAISE WARNING 'there'; END $$; SELECT generate_series(1, 100000)");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  ASSERT_DONE(done);
}

TEST_F(Statements, RefusedOnesNeverReachTheServer) {
  ASSERT_DONE(database_->begin_unit({}));
  for (const std::string sql : {"BEGIN", "COMMIT", "ROLLBACK", "END", "ABORT", "START TRANSACTION", "PREPARE TRANSACTION 'x'",
                                "DISCARD ALL", "SET SESSION AUTHORIZATION postgres", "RESET SESSION AUTHORIZATION"}) {
    const auto ran = database_->run(split(sql).at(0));
    ASSERT_FALSE(ran) << sql;
    EXPECT_THAT(ran.error().message, HasSubstr("may stand in no section: the migrator opens and ends the transactions")) << sql;
  }
  ASSERT_DONE(
      run_all(*database_, "SAVEPOINT a; INSERT INTO log VALUES ('x'); ROLLBACK TO a; INSERT INTO log VALUES ('y'); RELEASE a"));
  ASSERT_DONE(database_->finish_unit(""));
  EXPECT_EQ(execute("SELECT string_agg(line, '') FROM log"), "y");
}

TEST_F(Statements, AnAssertCannotWriteNorLeaveItsSavepoint) {
  execute("CREATE SEQUENCE s; CREATE FUNCTION w() RETURNS int LANGUAGE sql AS $$ INSERT INTO log VALUES ('x') RETURNING 1 $$");
  ASSERT_DONE(database_->begin_unit({}));
  for (const std::string sql :
       {"SELECT w()", "SELECT nextval('s')", "WITH x AS (DELETE FROM log RETURNING 1) SELECT * FROM x",
        "RELEASE migrator_read_only", "ROLLBACK TO migrator_read_only", "SELECT 1 INTO u", "SELECT 1; SELECT 2"}) {
    Statement statement;
    statement.text = sql;
    statement.line = 4;
    statement.keyword = "X";
    const auto rows = database_->query_read_only(statement);
    ASSERT_FALSE(rows) << sql;
    EXPECT_EQ(rows.error().code, ErrorCode::SqlError) << sql;
    EXPECT_EQ(rows.error().line, 4) << sql;
  }
  ASSERT_DONE(run_all(*database_, "INSERT INTO log VALUES ('still writable')"));
  ASSERT_DONE(database_->finish_unit(""));
  EXPECT_EQ(execute("SELECT string_agg(line, '') FROM log"), "still writable");
}

TEST_F(Statements, AnInterruptedOneEndsSoonAndLeavesNothing) {
  ASSERT_DONE(database_->begin_unit({}));
  std::thread stopper([this] {
    EXPECT_TRUE(becomes_one(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'INSERT INTO log SELECT%' AND state = 'active' AND datname = '" +
        name_ + "'"));
    database_->interrupt();
  });
  const auto ran = run_all(*database_, "INSERT INTO log SELECT pg_sleep(600)::text");
  stopper.join();
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, ErrorCode::Terminated);
  database_->rollback_unit();
  EXPECT_EQ(execute("SELECT count(*) FROM log"), "0");
  ASSERT_DONE(commit("INSERT INTO log VALUES ('again')"));
}

TEST_F(Statements, AnInterruptDuringCopyEndsIt) {
  execute("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$; "
          "CREATE TRIGGER slow BEFORE INSERT ON log FOR EACH ROW EXECUTE FUNCTION slow()");
  std::string sql = "COPY log FROM stdin;\n";
  for (int i = 0; i < 500000; ++i) sql += "a line of some length, so that no buffer takes them all\n";
  sql += "\\.\n";
  const auto statements = split(sql);
  ASSERT_DONE(database_->begin_unit({}));
  std::thread stopper([this] {
    EXPECT_TRUE(becomes_one("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = '" + name_ + "'"));
    database_->interrupt();
  });
  const auto ran = database_->run(statements.at(0));
  stopper.join();
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, ErrorCode::Terminated);
  database_->rollback_unit();
}

TEST_F(Statements, AnInterruptBetweenUnitsEndsTheNext) {
  database_->interrupt();
  ASSERT_DONE(database_->query("SELECT 1"));
  ASSERT_DONE(database_->read({{"SELECT 1", {}}}));
  const auto begun = database_->begin_unit({});
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, ErrorCode::Terminated);
  ASSERT_DONE(commit("INSERT INTO log VALUES ('again')"));
}

TEST_F(Statements, CancelledByAnotherIsNotOurInterrupt) {
  ASSERT_DONE(database_->begin_unit({}));
  std::thread other([this] {
    EXPECT_TRUE(becomes_one(
        "SELECT count(*) FROM (SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = '" +
        name_ + "') x"));
  });
  const auto ran = run_all(*database_, "SELECT pg_sleep(600)");
  other.join();
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, ErrorCode::SqlError);
  EXPECT_EQ(ran.error().sqlstate, "57014");
  database_->rollback_unit();
}

} // namespace
} // namespace migrator::database::postgresql
