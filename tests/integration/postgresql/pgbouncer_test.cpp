// Behind a pooler in transaction mode: units are safe, statements outside a transaction are refused.
#include "tests/integration/postgresql/postgres_test.h"

namespace migrator::database::postgresql {
namespace {

class Pooled : public PostgresTest {
protected:
  std::unique_ptr<Database> open_pooled(const std::string &who) {
    OpenOptions options;
    options.who = who;
    return open_url(pooler_.url(name_), options);
  }

  migrator::test_support::Pgbouncer pooler_{server(), 4};
};

TEST_F(Pooled, UnitsWorkAndShareServerSessionsWithOthers) {
  const auto database = open_pooled("anna@pod");
  const auto other = open_pooled("bert@pod");
  ASSERT_DONE(database->preflight());
  ASSERT_TRUE(database->try_lock()->acquired);
  ASSERT_TRUE(database->end_stale_workers()->empty());
  for (int i = 0; i < 20; ++i) {
    ASSERT_DONE(database->begin_unit({}));
    const auto refused = other->try_lock();
    ASSERT_TRUE(refused) << refused.error().message;
    ASSERT_FALSE(refused->acquired);
    EXPECT_THAT(refused->holder->who, testing::HasSubstr("anna@pod"));
    ASSERT_DONE(run_all(*database, "SET search_path = ''; INSERT INTO public.log VALUES ('x'); SELECT pg_sleep(0)"));
    ASSERT_DONE(database->finish_unit("DELETE FROM public.migrator_version; INSERT INTO public.migrator_version VALUES ('r" +
                                      std::to_string(i) + "')"));
  }
  EXPECT_EQ(execute("SELECT version_num || (SELECT count(*) FROM log) FROM public.migrator_version"), "r1920");
  const auto path = other->query("SELECT current_setting('search_path')");
  ASSERT_TRUE(path);
  EXPECT_NE(path->rows[0][0], "");
}

TEST_F(Pooled, BareStatementsNeedADirectConnection) {
  const auto database = open_pooled("anna@pod");
  for (const auto &done : {database->require_direct_connection(), database->begin_bare({})}) {
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::InvalidConfiguration);
    EXPECT_EQ(done.error().message,
              "a connection pooler stands between us and PostgreSQL, where statements outside a transaction are not safe: set "
              "direct_url to the server's own address");
  }
  ASSERT_DONE(open()->require_direct_connection());
}

TEST_F(Pooled, ALockWhoseServerSessionEndsIsNoticed) {
  const auto database = open_pooled("anna@pod");
  ASSERT_TRUE(database->try_lock()->acquired);
  execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE query LIKE '/* migrator who=%' AND datname = '" +
          name_ + "'");
  ErrorCode code = ErrorCode::Internal;
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (code != ErrorCode::ConnectionLost &&
         std::chrono::steady_clock::now() < give_up) { // the pooler hears of it a moment later
    const auto begun = database->begin_unit({});
    if (!begun) code = begun.error().code;
    database->rollback_unit();
  }
  EXPECT_EQ(code, ErrorCode::ConnectionLost);
}

} // namespace
} // namespace migrator::database::postgresql
