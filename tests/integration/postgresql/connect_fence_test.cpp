// Holding everybody out of a database: who is ended, who makes it impossible, and that the rights come back as they were, by whoever lifts it.
#include <future>
#include <optional>

#include <libpq-fe.h>

#include "tests/integration/postgresql/backup_fixture.h"

namespace migrator::database::postgresql {
namespace {

using testing::HasSubstr;

struct Connection {
  explicit Connection(const std::string &url) : raw(PQconnectdb(url.c_str()), &PQfinish) {}
  bool alive() const { return PQstatus(raw.get()) == CONNECTION_OK; }
  bool answers() const {
    PQclear(PQexec(raw.get(), "SELECT 1"));
    return alive();
  }
  std::unique_ptr<PGconn, decltype(&PQfinish)> raw;
};

class ConnectFence : public BackupTest {
protected:
  ConnectFence() {
    role("owner_of_it");
    role("somebody");
    execute("ALTER DATABASE " + name_ +
            " OWNER TO owner_of_it; ALTER SCHEMA public OWNER TO owner_of_it; ALTER TABLE migrator_version OWNER TO owner_of_it; "
            "ALTER TABLE migrator_version_journal OWNER TO owner_of_it; ALTER TABLE migrator_version_meta OWNER TO owner_of_it; "
            "ALTER VIEW migrator_version_revisions OWNER TO owner_of_it");
  }
  static void role(const std::string &name, const std::string &how = "LOGIN") {
    server().execute("postgres", "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '" + name +
                                     "') THEN CREATE ROLE " + name + " " + how + "; END IF; END $$");
  }
  std::unique_ptr<Database> locked(const std::string &role) const {
    auto database = open_url(server().url(name_, role));
    EXPECT_TRUE(database->try_lock()->acquired);
    EXPECT_TRUE(database->try_widen_lock()->acquired);
    return database;
  }
  static Status raise(Database &database) { return database.backups().raise_fence(std::chrono::milliseconds(5000)); }
  void expect_refused(Database &database, const std::string &message) const {
    const std::string before = acl();
    const auto raised = raise(database);
    ASSERT_FALSE(raised);
    EXPECT_EQ(raised.error().code, ErrorCode::NoPermission) << raised.error().message;
    EXPECT_EQ(raised.error().message.rfind("the fence cannot be raised: " + message, 0), 0U) << raised.error().message;
    EXPECT_EQ(acl(), before);
    EXPECT_EQ(execute("SELECT count(*) FROM migrator_version_meta WHERE key = 'fence'"), "0");
  }
};

TEST_F(ConnectFence, OthersAreEndedAndCannotComeBackUntilItIsLowered) {
  server().execute("postgres", "GRANT pg_signal_backend TO owner_of_it; GRANT CONNECT ON DATABASE " + name_ +
                                   " TO somebody WITH GRANT OPTION");
  const std::string before = acl();
  const Connection other(server().url(name_, "somebody"));
  ASSERT_TRUE(other.answers());
  const auto database = locked("owner_of_it");
  ASSERT_DONE(raise(*database));
  EXPECT_FALSE(other.answers());
  EXPECT_FALSE(Connection(server().url(name_, "somebody")).alive());
  EXPECT_TRUE(Connection(server().url(name_, "owner_of_it")).alive());
  ASSERT_DONE(database->backups().lower_fence());
  EXPECT_EQ(acl(), before);
  EXPECT_TRUE(Connection(server().url(name_, "somebody")).alive());
  server().execute("postgres", "REVOKE pg_signal_backend FROM owner_of_it");
}

TEST_F(ConnectFence, AnAclThatWasNeverWrittenOutComesBackAsTheDefault) {
  ASSERT_EQ(
      server().execute("postgres", "SELECT coalesce(datacl::text, 'none') FROM pg_database WHERE datname = '" + name_ + "'"),
      "none");
  const std::string before = acl();
  const auto database = locked("owner_of_it");
  ASSERT_DONE(raise(*database));
  EXPECT_FALSE(Connection(server().url(name_, "somebody")).alive());
  ASSERT_DONE(database->backups().lower_fence());
  EXPECT_EQ(acl(), before);
  ASSERT_DONE(database->backups().lower_fence());
}

TEST_F(ConnectFence, ThatOfAKilledRunIsLiftedByTheNext) {
  const std::string before = acl();
  ASSERT_DONE(raise(*locked("owner_of_it")));
  EXPECT_NE(acl(), before);
  const auto next = locked("owner_of_it");
  EXPECT_EQ(next->backups().lower_stale_fence().value(), true);
  EXPECT_EQ(acl(), before);
  EXPECT_EQ(next->backups().lower_stale_fence().value(), false);
}

TEST_F(ConnectFence, ThatOfAnotherHistoryIsLiftedToo) {
  const std::string before = acl();
  execute("SET ROLE owner_of_it; CREATE SCHEMA other; " +
          ledger::create_history(ledger::tables({"other", "v"}, Dialect::Postgresql), Dialect::Postgresql));
  OpenOptions options;
  options.history = {"other", "v"};
  {
    const auto other = open_url(server().url(name_, "owner_of_it"), options);
    ASSERT_TRUE(other->try_lock()->acquired);
    ASSERT_TRUE(other->try_widen_lock()->acquired);
    ASSERT_DONE(raise(*other));
  }
  EXPECT_EQ(locked("owner_of_it")->backups().lower_stale_fence().value(), true);
  EXPECT_EQ(acl(), before);
}

TEST_F(ConnectFence, ARoleThatWasDroppedMeanwhileIsForgotten) {
  role("short_lived");
  server().execute("postgres", "GRANT CONNECT ON DATABASE " + name_ + " TO short_lived");
  const auto database = locked("owner_of_it");
  ASSERT_DONE(raise(*database));
  server().execute("postgres", "DROP ROLE short_lived");
  ASSERT_DONE(database->backups().lower_fence());
  EXPECT_TRUE(Connection(server().url(name_, "somebody")).alive());
}

TEST_F(ConnectFence, AnotherSessionOfTheSameRoleMakesItImpossible) {
  const auto database = locked("owner_of_it");
  const Connection other(server().url(name_, "owner_of_it") + "?application_name=shop");
  ASSERT_TRUE(other.answers());
  expect_refused(*database, "shop of role \"owner_of_it\" (pid ");
}

// A connection that its client closed is listed until its process has ended: pg_dump's, an earlier command's.
TEST_F(ConnectFence, AnotherSessionOfTheSameRoleMayLeaveByItself) {
  const auto database = locked("owner_of_it");
  auto other = std::make_optional<Connection>(server().url(name_, "owner_of_it") + "?application_name=shop");
  ASSERT_TRUE(other->answers());
  auto raised = std::async(std::launch::async, [&] { return raise(*database); });
  const std::string looked = "SELECT count(*) FROM pg_stat_activity WHERE datname = '" + name_ +
                             "' AND application_name <> 'shop' AND usename = 'owner_of_it' AND query LIKE '%backend_type%'";
  while (server().execute("postgres", looked) == "0" &&
         raised.wait_for(std::chrono::milliseconds(10)) == std::future_status::timeout) {
  }
  other.reset();
  ASSERT_DONE(raised.get());
  ASSERT_DONE(database->backups().lower_fence());
}

TEST_F(ConnectFence, ARoleThatInheritsOurRightMakesItImpossible) {
  role("heir");
  server().execute("postgres", "GRANT owner_of_it TO heir");
  const auto database = locked("owner_of_it");
  expect_refused(
      *database,
      "role heir inherits the right to connect from role \"owner_of_it\", which stays admitted: give the migrator a role that "
      "nobody else is a member of");
  server().execute("postgres", "REVOKE owner_of_it FROM heir");
}

TEST_F(ConnectFence, WithoutTheRightToEndOthersTheGrantIsNamed) {
  const Connection other(server().url(name_, "somebody"));
  ASSERT_TRUE(other.answers());
  const auto database = locked("owner_of_it");
  expect_refused(*database, "a session of role \"somebody\" (pid ");
  EXPECT_THAT(raise(*database).error().message,
              HasSubstr("may not be ended by role \"owner_of_it\": run GRANT pg_signal_backend TO \"owner_of_it\""));
  EXPECT_TRUE(other.answers());
}

TEST_F(ConnectFence, OnlyTheOwnerCanRaiseIt) {
  execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO somebody");
  const auto database = locked("somebody");
  expect_refused(*database, "database \"" + name_ +
                                "\" belongs to role \"owner_of_it\", and only its owner may take CONNECT from others: run ALTER "
                                "DATABASE \"" +
                                name_ + "\" OWNER TO \"somebody\", or GRANT \"owner_of_it\" TO \"somebody\"");
}

TEST_F(ConnectFence, APreparedTransactionMakesItImpossible) {
  {
    const Connection other(server().url(name_, "owner_of_it"));
    for (const char *sql : {"BEGIN", "CREATE TABLE p (i int)", "PREPARE TRANSACTION 'p'"}) PQclear(PQexec(other.raw.get(), sql));
  }
  const auto database = locked("owner_of_it");
  expect_refused(*database,
                 "1 prepared transaction of this database could be committed meanwhile: end them by COMMIT PREPARED or ROLLBACK "
                 "PREPARED (pg_prepared_xacts lists them)");
  execute("ROLLBACK PREPARED 'p'");
}

TEST_F(ConnectFence, ASuperusersSessionIsNotAPlainOwnersToEnd) {
  server().execute("postgres", "GRANT pg_signal_backend TO owner_of_it");
  const Connection other(server().url(name_));
  ASSERT_TRUE(other.answers());
  const auto database = locked("owner_of_it");
  const auto raised = raise(*database);
  ASSERT_FALSE(raised);
  EXPECT_EQ(raised.error().code, ErrorCode::NoPermission);
  EXPECT_THAT(raised.error().message, HasSubstr("of role \"postgres\" (pid "));
  EXPECT_THAT(raised.error().message, HasSubstr(") is a superuser's, which only a superuser may end: end it first"));
  server().execute("postgres", "REVOKE pg_signal_backend FROM owner_of_it");
}

} // namespace
} // namespace migrator::database::postgresql
