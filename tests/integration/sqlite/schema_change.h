// A database that is led from one schema to another and back, with its rows; the law is checked at each step.
#pragma once

#include "tests/integration/sqlite/schema_support.h"

namespace migrator::database {

using Lines = std::vector<std::string>;

class SchemaChange : public testing::Test {
protected:
  // Loads `a` and `rows`.
  void begin(const std::string &a, const std::string &data = "") {
    database_ = scratch();
    load(*database_, a);
    load(*database_, data);
    a_ = a;
  }

  // Goes to `b`; the schema is then that of `b` loaded by itself, and sound.
  void up(const std::string &b) {
    b_ = b;
    go(schema_of(b));
  }
  void down() { go(schema_of(a_)); }

  void go(const schema::Schema &to) {
    last_ = rendered(schema_of(*database_), to);
    const auto done = run_section(*database_, section(last_));
    ASSERT_TRUE(done) << done.error().message << "\n" << section(last_);
    EXPECT_EQ(differences(schema_of(*database_), to), Lines{}) << section(last_);
    EXPECT_EQ(rows(*database_, "PRAGMA integrity_check"), "ok\n");
    EXPECT_EQ(rows(*database_, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'migrator\\_%' ESCAPE '\\'"), "0\n");
  }

  std::string get(const std::string &sql) { return rows(*database_, sql); }
  bool rebuilt() const { return section(last_).find("RENAME TO") != std::string::npos; }

  std::unique_ptr<Database> database_;
  schema::Rendered last_;
  std::string a_, b_;
};

} // namespace migrator::database
