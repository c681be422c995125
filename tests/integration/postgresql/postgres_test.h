// What the tests on a real server share: one server for the program, an empty database with a version table for each test.
#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "migrator/database/postgresql/driver.h"
#include "migrator/database/url.h"
#include "tests/support/postgres_server.h"

namespace migrator::database::postgresql {

inline migrator::test_support::PostgresServer &server() {
  static migrator::test_support::PostgresServer running;
  return running;
}

inline DatabaseUrl url_of(const std::string &text) {
  const auto url = parse_url(text);
  if (!url) throw std::runtime_error(url.error().message);
  return *url;
}

// The statements of a text, as the executor would get them.
inline std::vector<Statement> split(const std::string &sql, int line = 1) {
  const auto statements = postgresql_driver().sql().split({sql, line}, "file.sql");
  if (!statements) throw std::runtime_error(statements.error().text());
  return *statements;
}

class PostgresTest : public testing::Test {
protected:
  PostgresTest() : name_(server().create_database()) {
    execute("CREATE TABLE public.migrator_version (version_num varchar(32) PRIMARY KEY); CREATE TABLE public.log (line text)");
  }

  std::string execute(const std::string &sql) const { return server().execute(name_, sql); }

  Result<std::unique_ptr<Database>> try_open(const std::string &url, OpenOptions options = {}) const {
    if (options.who.empty()) options.who = "test@host";
    if (options.run_id.empty()) options.run_id = "run-1";
    return postgresql_driver().open(url_of(url), options);
  }
  std::unique_ptr<Database> open(OpenOptions options = {}) const { return open_url(server().url(name_), std::move(options)); }
  std::unique_ptr<Database> open_url(const std::string &url, OpenOptions options = {}) const {
    auto database = try_open(url, std::move(options));
    if (!database) throw std::runtime_error(database.error().message);
    return std::move(*database);
  }

  // Waits until a query gives "1" (another session has got somewhere); false after twenty seconds.
  bool becomes_one(const std::string &query) const {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (execute(query) != "1") {
      if (std::chrono::steady_clock::now() > give_up) return false;
    }
    return true;
  }

  std::string name_;
};

// All statements of `sql` in the open unit or bare section; the first error.
inline Status run_all(Database &database, const std::string &sql, int line = 1) {
  for (const Statement &statement : split(sql, line)) {
    if (auto ran = database.run(statement); !ran) return tl::unexpected(ran.error());
  }
  return {};
}

#define ASSERT_DONE(expression)                                                                                                  \
  do {                                                                                                                           \
    const auto done_ = (expression);                                                                                             \
    ASSERT_TRUE(done_) << done_.error().message;                                                                                 \
  } while (false)

} // namespace migrator::database::postgresql
