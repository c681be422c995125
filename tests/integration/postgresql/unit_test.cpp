// Units and bare sections: the session's state between them, the fence, the user's SQL that would poison both.
#include "tests/integration/postgresql/postgres_test.h"

namespace migrator::database::postgresql {
namespace {

using testing::HasSubstr;

class Units : public PostgresTest {};

TEST_F(Units, BookkeepingIsSafeFromTheUsersSession) {
  execute("CREATE ROLE powerless_" + name_);
  const auto database = open();
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(run_all(*database, "SELECT pg_catalog.set_config('search_path', '', false); SET ROLE powerless_" + name_ +
                                     "; SET LOCAL default_transaction_read_only = on; SET standard_conforming_strings = off;"));
  ASSERT_DONE(database->finish_unit("INSERT INTO public.migrator_version VALUES ('a\\b');"));
  EXPECT_EQ(execute("SELECT version_num FROM public.migrator_version"), "a\\b");
}

TEST_F(Units, BookkeepingIsReadInItsOwnEncoding) {
  const auto database = open();
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(run_all(*database, "SET client_encoding = 'LATIN1'"));
  ASSERT_DONE(database->finish_unit("INSERT INTO public.migrator_version VALUES ('é')"));
  EXPECT_EQ(execute("SELECT version_num FROM public.migrator_version"), "é");
}

TEST_F(Units, ReadersOfTheVersionTableGoOn) {
  const auto database = open();
  ASSERT_DONE(database->begin_unit({}));
  EXPECT_EQ(execute("SET lock_timeout = '100ms'; SELECT count(*) FROM public.migrator_version"), "0");
  database->rollback_unit();
}

TEST_F(Units, TemporaryTableWithOpenCursorAndPendingTriggersIsDropped) {
  const auto database = open();
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(
      run_all(*database,
              "CREATE TEMP TABLE p (id int PRIMARY KEY); CREATE TEMP TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED);"
              "INSERT INTO p VALUES (1); INSERT INTO c VALUES (1); DECLARE k CURSOR FOR SELECT * FROM p; FETCH k;"));
  ASSERT_DONE(database->finish_unit(""));
}

TEST_F(Units, DeferredConstraintFailsTheUnit) {
  execute("CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED)");
  const auto database = open();
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(run_all(*database, "INSERT INTO c VALUES (1)"));
  const auto done = database->finish_unit("INSERT INTO public.migrator_version VALUES ('a')");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::SqlError);
  EXPECT_EQ(done.error().sqlstate, "23503");
  EXPECT_EQ(execute("SELECT count(*) FROM public.migrator_version"), "0");
}

TEST_F(Units, StatementsThatCannotRunInsideNameTheDirective) {
  execute("CREATE TABLE t (a int)");
  const auto database = open();
  ASSERT_DONE(database->begin_unit({}));
  const auto ran = run_all(*database, "CREATE INDEX CONCURRENTLY i ON t (a)", 5);
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().message,
            "CREATE INDEX CONCURRENTLY cannot run inside a transaction: put it into a section of its own, `-- migrate:up "
            "transaction:false`");
  EXPECT_EQ(ran.error().line, 5);
  database->rollback_unit();
}

TEST_F(Units, TwoStatementsInOneAreRefusedByTheServer) {
  const auto database = open();
  ASSERT_DONE(database->begin_unit({}));
  Statement two;
  two.text = "INSERT INTO log VALUES ('x'); COMMIT";
  two.line = 1;
  const auto ran = database->run(two);
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().sqlstate, "42601");
  database->rollback_unit();
  EXPECT_EQ(execute("SELECT count(*) FROM log"), "0");
}

TEST_F(Units, ABareSectionKeepsItsSettingsFromStatementToStatement) {
  execute("CREATE ROLE section_" + name_ + "; GRANT ALL ON SCHEMA public TO section_" + name_);
  const auto database = open();
  ASSERT_DONE(database->begin_bare({}));
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(run_all(*database, "SET work_mem = '7MB'; SET ROLE section_" + name_));
  ASSERT_DONE(database->finish_unit("INSERT INTO public.migrator_version VALUES ('a')"));
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(run_all(*database, "CREATE TABLE made_in_section AS SELECT current_setting('work_mem') AS m"));
  ASSERT_DONE(database->finish_unit("UPDATE public.migrator_version SET version_num = 'b'"));
  database->end_bare();
  EXPECT_EQ(execute("SELECT m || ' ' || (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'made_in_section') FROM "
                    "made_in_section"),
            "7MB section_" + name_);
  const auto after = database->query("SELECT current_setting('work_mem') = '7MB', current_user::text");
  ASSERT_TRUE(after);
  EXPECT_EQ(after->rows[0][0], "0");
  EXPECT_EQ(after->rows[0][1], "postgres");
}

TEST_F(Units, TheSecondKeyIsHeldWhereItMust) {
  const auto first = open();
  const auto second = open();
  ASSERT_DONE(first->begin_bare({}));
  const auto unit = second->begin_unit({});
  ASSERT_FALSE(unit);
  EXPECT_EQ(unit.error().code, ErrorCode::LockBusy);
  EXPECT_FALSE(second->begin_bare({}));
  first->end_bare();
  ASSERT_DONE(second->begin_unit({}));
  EXPECT_FALSE(first->begin_bare({}));
  second->rollback_unit();
}

TEST_F(Units, ASchemaNamedLikeTheRoleDoesNotShadowTheHistory) {
  execute("CREATE SCHEMA postgres; CREATE TABLE postgres.migrator_version (version_num varchar(32)); "
          "INSERT INTO postgres.migrator_version VALUES ('shadow'); INSERT INTO public.migrator_version VALUES ('truth')");
  const auto database = open();
  const auto heads = database->begin_unit({});
  ASSERT_TRUE(heads) << heads.error().message;
  EXPECT_THAT(*heads, testing::ElementsAre("truth"));
  database->rollback_unit();
  const auto there = database->has_relation("migrator_version_journal");
  ASSERT_TRUE(there);
  EXPECT_FALSE(*there);
}

TEST_F(Units, TheUsersTimeoutsDoNotOutliveTheUnit) {
  execute("ALTER DATABASE " + name_ + " SET statement_timeout = '50ms'");
  const auto database = open();
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(run_all(*database, "SELECT pg_sleep(0.2)"));
  ASSERT_DONE(database->finish_unit("SELECT pg_catalog.pg_sleep(0.2)"));
}

TEST_F(Units, ADefaultIsolationOfTheDatabaseDoesNotMatter) {
  execute("ALTER DATABASE " + name_ + " SET default_transaction_isolation = 'serializable'");
  const auto database = open();
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(run_all(*database, "INSERT INTO log SELECT current_setting('transaction_isolation')"));
  ASSERT_DONE(database->finish_unit(""));
  EXPECT_EQ(execute("SELECT line FROM log"), "read committed");
}

} // namespace
} // namespace migrator::database::postgresql
