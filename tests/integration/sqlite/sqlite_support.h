// What the SQLite tests share: a database file in a temporary folder, opened as a run would.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "migrator/database/sqlite/driver.h"
#include "tests/integration/sqlite/temporary_folder.h"

namespace migrator::database {

inline DatabaseUrl file_url(const std::string &path) {
  DatabaseUrl url;
  url.path = path;
  url.redacted = "sqlite:///" + path;
  return url;
}

inline Result<std::unique_ptr<Database>> try_open(const std::string &path, bool create = true, bool read_only = false) {
  OpenOptions options;
  options.create = create;
  options.read_only = read_only;
  options.who = "test@host";
  options.run_id = "run-1";
  return sqlite_driver().open(file_url(path), options);
}

inline Statement statement_of(const std::string &sql, int line = 1) {
  Statement statement;
  statement.text = sql;
  statement.line = line;
  return statement;
}

class SqliteTest : public testing::Test {
protected:
  std::string path(const std::string &name = "shop.db") const { return folder_.path() + "/" + name; }

  std::unique_ptr<Database> open(const std::string &name = "shop.db") const {
    auto database = try_open(path(name));
    if (database) return std::move(*database);
    ADD_FAILURE() << database.error().message;
    return nullptr;
  }

  // Runs statements of a user's in one unit; the first error, finish_unit()'s included, rolls it back.
  static Status unit(Database &database, const std::vector<std::string> &statements, const UnitSettings &settings = {}) {
    if (auto begun = database.begin_unit(settings); !begun) return fail(begun.error());
    for (const std::string &sql : statements) {
      auto done = database.run(statement_of(sql));
      if (done) continue;
      database.rollback_unit();
      return fail(done.error());
    }
    return database.finish_unit("");
  }

  static std::string cell(Database &database, const std::string &sql) {
    const auto rows = database.query(sql);
    if (!rows) return "error: " + rows.error().message;
    if (rows->rows.size() != 1 || rows->rows.front().size() != 1) return "not one cell";
    return rows->rows.front().front().value_or("NULL");
  }

  TemporaryFolder folder_;
};

#define ASSERT_DONE(expression)                                                                                                  \
  do {                                                                                                                           \
    const auto done_ = (expression);                                                                                             \
    ASSERT_TRUE(done_) << done_.error().message;                                                                                 \
  } while (false)

#define EXPECT_FAILS(expression, wanted_code, wanted_message)                                                                    \
  do {                                                                                                                           \
    const auto done_ = (expression);                                                                                             \
    ASSERT_FALSE(done_);                                                                                                         \
    EXPECT_EQ(done_.error().code, wanted_code);                                                                                  \
    EXPECT_EQ(done_.error().message, wanted_message);                                                                            \
  } while (false)

} // namespace migrator::database
