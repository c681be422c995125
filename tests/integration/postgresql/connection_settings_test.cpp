// What libpq is given, and what it refuses; no message may show a password.
#include "migrator/database/postgresql/connection_settings.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace migrator::database::postgresql {
namespace {

DatabaseUrl url(const std::string &conninfo) {
  return {Dialect::Postgresql, "", conninfo, "postgresql://app:***@db/shop"};
}

std::string value_of(const ConnectionSettings &settings, const std::string &keyword) {
  const auto found =
      std::find_if(settings.parameters.begin(), settings.parameters.end(), [&](const auto &one) { return one.first == keyword; });
  return found == settings.parameters.end() ? "none" : found->second;
}

TEST(ConnectionSettings, AddOurOwn) {
  const auto settings =
      connection_settings(url("postgresql://app:secret@db:5433/shop?client_encoding=LATIN1"), "migrator anna@x");
  ASSERT_TRUE(settings);
  EXPECT_EQ(value_of(*settings, "host"), "db");
  EXPECT_EQ(value_of(*settings, "port"), "5433");
  EXPECT_EQ(value_of(*settings, "client_encoding"), "UTF8");
  EXPECT_EQ(value_of(*settings, "connect_timeout"), "10");
  EXPECT_EQ(value_of(*settings, "fallback_application_name"), "migrator anna@x");
  EXPECT_EQ(value_of(*connection_settings(url("postgresql://db/shop?connect_timeout=3"), "x"), "connect_timeout"), "3");
}

TEST(ConnectionSettings, UnknownParameterIsNamed) {
  const auto settings = connection_settings(url("postgresql://app:secret@db/shop?sslmod=require"), "x");
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, ErrorCode::InvalidConfiguration);
  EXPECT_EQ(settings.error().message,
            "the database URL has a parameter that PostgreSQL's client does not know: sslmod; take it out, or correct its name");
}

TEST(ConnectionSettings, UnreadableUrlDoesNotShowItself) {
  const auto settings = connection_settings(url("postgresql://app:secret@[::1/shop"), "x");
  ASSERT_FALSE(settings);
  EXPECT_EQ(
      settings.error().message,
      "the database URL postgresql://app:***@db/shop cannot be read: write postgresql://user@host:5432/name?parameter=value");
}

TEST(ConnectError, HidesThePasswordAndAdvises) {
  const auto settings = connection_settings(url("postgresql://app:secret@db/shop"), "x");
  const auto error =
      connect_error(*settings, "connection to server failed: FATAL:  database \"shop\" does not exist: secret\n", false);
  EXPECT_EQ(error.code, ErrorCode::Unreachable);
  EXPECT_EQ(error.message,
            "cannot connect to postgresql://app:***@db/shop: connection to server failed: FATAL:  database \"shop\" does not "
            "exist: ***: create the database, or check its name in the URL");
  EXPECT_EQ(connect_error(*settings, "invalid sslmode value: \"odd\"\n", false).code, ErrorCode::InvalidConfiguration);
}

} // namespace
} // namespace migrator::database::postgresql
