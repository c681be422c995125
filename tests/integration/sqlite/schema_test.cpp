// Every kind of change on SQLite, up and down, with rows: the law is that what was generated leads to the schema it was generated for.
#include "tests/integration/sqlite/schema_support.h"

namespace migrator::database {

namespace {

using Lines = std::vector<std::string>;

class Change : public testing::Test {
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

TEST_F(Change, TablesComeAndGo) {
  begin("CREATE TABLE a(id INTEGER PRIMARY KEY)", "INSERT INTO a VALUES (7)");
  up("CREATE TABLE a(id INTEGER PRIMARY KEY); CREATE TABLE b(x, y); CREATE INDEX i ON b(x); CREATE VIEW v AS SELECT x FROM b");
  EXPECT_FALSE(rebuilt());
  EXPECT_EQ(get("SELECT id FROM a"), "7\n");
  down();
  EXPECT_EQ(last_.losses, Lines{"rows of table b"});
  EXPECT_EQ(get("SELECT id FROM a"), "7\n");
}

TEST_F(Change, RebuildKeepsRowsIndexesAndTriggers) {
  begin("CREATE TABLE t(a TEXT, b INT); CREATE INDEX i ON t(a COLLATE NOCASE DESC) WHERE b > 0;"
        "CREATE TABLE log(a); CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END",
        "INSERT INTO t(rowid, a, b) VALUES (5, 'x', 1), (9, 'y', 2)");
  up("CREATE TABLE t(a TEXT, b INT, CHECK (b < 10)); CREATE INDEX i ON t(a COLLATE NOCASE DESC) WHERE b > 0;"
     "CREATE TABLE log(a); CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END");
  EXPECT_TRUE(rebuilt());
  EXPECT_EQ(get("SELECT rowid, a, b FROM t ORDER BY rowid"), "5|x|1\n9|y|2\n");
  EXPECT_EQ(get("SELECT count(*) FROM log"), "2\n");
  down();
  EXPECT_EQ(get("SELECT rowid, a, b FROM t ORDER BY rowid"), "5|x|1\n9|y|2\n");
}

} // namespace

} // namespace migrator::database
