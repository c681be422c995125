// Opening: what is reached, what is refused, and that no refusal shows a password.
#include "tests/integration/postgresql/postgres_test.h"

namespace migrator::database::postgresql {
namespace {

using testing::HasSubstr;
using testing::Not;

class Connecting : public PostgresTest {
protected:
  Error refused(const std::string &url, OpenOptions options = {}) {
    const auto database = try_open(url, std::move(options));
    EXPECT_FALSE(database);
    return database ? Error{} : database.error();
  }
};

TEST_F(Connecting, TellsWhereItIs) {
  const auto database = open();
  EXPECT_EQ(database->server().product, "PostgreSQL");
  EXPECT_EQ(database->server().database, name_);
  EXPECT_EQ(database->server().user, "postgres");
  EXPECT_GE(database->server().version_number, 120000);
  EXPECT_THAT(database->server().version, testing::MatchesRegex("[0-9]+\\.[0-9]+"));
}

TEST_F(Connecting, AWrongPasswordIsUnreachableAndStaysSecret) {
  server().execute(
      "postgres",
      "DO $$ BEGIN CREATE ROLE with_password LOGIN PASSWORD 'right'; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
  const auto error = refused(server().url(name_, "with_password", "hunter2"));
  EXPECT_EQ(error.code, ErrorCode::Unreachable);
  EXPECT_THAT(error.message, HasSubstr("password authentication failed"));
  EXPECT_THAT(error.message, HasSubstr("check the user and the password"));
  EXPECT_THAT(error.message, Not(HasSubstr("hunter2")));
  EXPECT_THAT(refused(server().url(name_, "with_password")).message, HasSubstr("give a password"));
  EXPECT_TRUE(try_open(server().url(name_, "with_password", "right")));
}

TEST_F(Connecting, NoServerNoDatabaseNoRole) {
  const auto nobody = refused("postgresql://postgres@127.0.0.1:" + std::to_string(migrator::test_support::free_port()) + "/x");
  EXPECT_EQ(nobody.code, ErrorCode::Unreachable);
  EXPECT_THAT(nobody.message, HasSubstr("check that the server runs there"));
  EXPECT_THAT(refused(server().url("nowhere")).message, HasSubstr("create the database, or check its name in the URL"));
  EXPECT_THAT(refused(server().url(name_, "stranger")).message, HasSubstr("create the role, or check the user in the URL"));
}

TEST_F(Connecting, ParametersAreChecked) {
  EXPECT_EQ(postgresql_driver().validate(url_of(server().url(name_) + "?sslmode=disable&connect_timeout=3")).has_value(), true);
  const auto unknown = postgresql_driver().validate(url_of(server().url(name_) + "?colour=blue"));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::InvalidConfiguration);
  EXPECT_EQ(refused(server().url(name_) + "?sslmode=odd").code, ErrorCode::InvalidConfiguration);
}

TEST_F(Connecting, NamesThatLeaveNoRoomAreRefused) {
  OpenOptions options;
  options.history.table = std::string(54, 'x');
  EXPECT_EQ(refused(server().url(name_), options).message,
            "version_table must have 1 to 53 bytes, for other names are made from it: choose another");
  options.history.table = std::string(53, 'x');
  EXPECT_TRUE(try_open(server().url(name_), options));
}

TEST_F(Connecting, DirectUrlIsUsedForEverything) {
  OpenOptions options;
  options.direct_url = url_of(server().url(name_));
  const auto database = open_url("postgresql://127.0.0.1:1/elsewhere", options);
  EXPECT_EQ(database->server().database, name_);
  EXPECT_TRUE(database->try_lock()->acquired);
}

} // namespace
} // namespace migrator::database::postgresql
