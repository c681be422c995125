// Who may work on a history: the lock, what is left of killed runs, a lock that is lost in the middle.
#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include "migrator/database/postgresql/advisory_keys.h"
#include "tests/integration/postgresql/postgres_test.h"

namespace migrator::database::postgresql {
namespace {

using testing::HasSubstr;

class Fence : public PostgresTest {
protected:
  // Ends the sessions of this database that a condition on pg_stat_activity names.
  void terminate(const std::string &condition) {
    ASSERT_TRUE(
        becomes_one("SELECT count(*) > 0 AND bool_and(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = '" +
                    name_ + "' AND " + condition + ""))
        << condition;
  }
  bool becomes_one(const std::string &query) const {
    return PostgresTest::becomes_one("SELECT CASE WHEN (" + query + ") THEN 1 ELSE 0 END");
  }
};

TEST_F(Fence, TwoHistoriesOfOneDatabaseDoNotMeet) {
  execute("CREATE SCHEMA other");
  OpenOptions elsewhere;
  elsewhere.history.schema = "other";
  const auto first = open();
  const auto second = open(elsewhere);
  EXPECT_TRUE(first->try_lock()->acquired);
  EXPECT_TRUE(second->try_lock()->acquired);
  EXPECT_FALSE(open()->try_lock()->acquired);
}

TEST_F(Fence, TheDatabasesKeyShutsEveryHistoryOut) {
  const auto key = std::to_string(advisory_keys("public", "migrator_version").database);
  const auto restoring = open();
  ASSERT_DONE(restoring->query("SELECT pg_advisory_lock(" + key + ")"));
  const auto waiter = open();
  const auto refused = waiter->try_lock();
  ASSERT_TRUE(refused) << refused.error().message;
  EXPECT_FALSE(refused->acquired);
  ASSERT_TRUE(refused->holder);
  EXPECT_THAT(refused->holder->who, HasSubstr("migrator test@host (pid "));
  ASSERT_DONE(restoring->query("SELECT pg_advisory_unlock(" + key + ")"));
  EXPECT_TRUE(waiter->try_lock()->acquired);
}

TEST_F(Fence, ALostLockStopsTheRunBeforeItWorksOn) {
  const auto database = open();
  ASSERT_TRUE(database->try_lock()->acquired);
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(database->finish_unit(""));
  terminate("query LIKE '/* migrator who=%'");
  const auto begun = database->begin_unit({});
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, ErrorCode::ConnectionLost);
  EXPECT_EQ(begun.error().message,
            "the connection that holds the lock was lost: nothing more is done, what was committed stays; check the "
            "server, then run the same command again");
  EXPECT_EQ(database->begin_bare({}).error().code, ErrorCode::ConnectionLost);
}

TEST_F(Fence, TheIdleTimeoutOfTheServerDoesNotEndTheLock) {
  execute("ALTER DATABASE " + name_ + " SET idle_in_transaction_session_timeout = '50ms'");
  const auto database = open();
  ASSERT_TRUE(database->try_lock()->acquired);
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(run_all(*database, "SELECT pg_sleep(0.3)"));
  ASSERT_DONE(database->finish_unit(""));
  ASSERT_DONE(database->begin_unit({}));
  database->rollback_unit();
}

TEST_F(Fence, TheLockDoesNotHinderConcurrently) {
  execute("CREATE TABLE t (a int)");
  const auto database = open();
  ASSERT_TRUE(database->try_lock()->acquired);
  UnitSettings settings;
  settings.statement_timeout = std::chrono::seconds(20);
  ASSERT_DONE(database->begin_bare(settings));
  ASSERT_DONE(run_all(*database, "CREATE INDEX CONCURRENTLY i ON t (a); VACUUM t; DROP INDEX CONCURRENTLY i"));
  database->end_bare();
}

// A client killed with -9 leaves its server session at work: the next run ends it before it begins.
TEST_F(Fence, TheSessionOfAKilledRunIsEnded) {
  execute("ALTER DATABASE " + name_ + " SET client_connection_check_interval = 0");
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto database = open();
    if (!database->try_lock()->acquired || !database->begin_unit({})) _exit(1);
    static_cast<void>(
        run_all(*database, "SET client_connection_check_interval = 0; INSERT INTO log SELECT 'late' FROM pg_sleep(600)"));
    _exit(2);
  }
  ASSERT_TRUE(
      becomes_one("SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = '" + name_ + "' AND wait_event = 'PgSleep'"));
  ASSERT_EQ(kill(child, SIGKILL), 0);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  const auto database = open();
  bool acquired = false;
  while (!acquired) acquired = database->try_lock()->acquired;
  EXPECT_EQ(execute("SELECT count(*) FROM pg_stat_activity WHERE datname = '" + name_ + "' AND wait_event = 'PgSleep'"), "1");
  for (;;) {
    const auto left = database->end_stale_workers();
    ASSERT_TRUE(left) << left.error().message;
    if (left->empty()) break;
    EXPECT_THAT(left->front().who, HasSubstr("test@host"));
  }
  ASSERT_DONE(database->begin_unit({}));
  database->rollback_unit();
  EXPECT_EQ(execute("SELECT count(*) FROM log"), "0");
}

TEST_F(Fence, AWorkerOfAnotherRoleIsToldNotEnded) {
  execute("CREATE ROLE plain_" + name_ + " LOGIN; GRANT CREATE ON SCHEMA public TO plain_" + name_);
  const auto worker = open();
  ASSERT_DONE(worker->begin_bare({}));
  const auto other = open_url(server().url(name_, "plain_" + name_));
  const auto left = other->end_stale_workers();
  ASSERT_TRUE(left) << left.error().message;
  ASSERT_EQ(left->size(), 1U);
  EXPECT_THAT(left->front().who, HasSubstr("migrator test@host (pid "));
  worker->end_bare();
  EXPECT_TRUE(other->end_stale_workers()->empty());
}

TEST_F(Fence, ASessionEndedInMidUnitIsConnectionLost) {
  const auto database = open();
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(run_all(*database, "INSERT INTO log VALUES ('x')"));
  terminate("state = 'idle in transaction'");
  const auto ran = run_all(*database, "INSERT INTO log VALUES ('y')");
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, ErrorCode::ConnectionLost);
  database->rollback_unit();
  EXPECT_EQ(database->begin_unit({}).error().code, ErrorCode::ConnectionLost);
  EXPECT_EQ(database->query("SELECT 1").error().code, ErrorCode::ConnectionLost);
  EXPECT_EQ(execute("SELECT count(*) FROM log"), "0");
}

} // namespace
} // namespace migrator::database::postgresql
