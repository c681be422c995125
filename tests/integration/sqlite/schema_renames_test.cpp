// Renames beside what names the columns and tables that are renamed, or has their new name: up, and down again, with the rows.
#include "migrator/schema/renaming.h"
#include "tests/integration/sqlite/schema_change.h"

namespace migrator::database {

namespace {

using schema::Kind;

schema::Rename table(const std::string &from, const std::string &to) {
  return {{Kind::Table, "", "", from}, to};
}

schema::Rename column(const std::string &of, const std::string &from, const std::string &to) {
  return {{Kind::Column, "", of, from}, to};
}

struct RenameCase {
  const char *name;
  std::string before, after;
  std::vector<schema::Rename> renames;
  std::string rows, asked_before, asked_after, answer; // the answer is the same before, after and before again
};

class RenameWay : public SchemaChange {
protected:
  void begin(const std::string &before, const std::string &after, const std::string &data,
             const std::vector<schema::Rename> &renames, const std::vector<std::string> &ignored = {}) {
    SchemaChange::begin(before, data);
    b_ = after;
    ignored_ = ignored;
    const schema::Schema all = schema_of(*database_);
    renaming_ = given(schema::renaming(schema::sqlite::SqliteRenderer(), renames, ours(all), all));
  }

  schema::Schema ours(const schema::Schema &all) const { return schema::without(all, ignored_); }

  void run(const std::vector<schema::Piece> &pieces) {
    schema::Rendered only;
    only.pieces = pieces;
    const auto done = run_section(*database_, section(only));
    ASSERT_TRUE(done) << done.error().message << "\n" << section(only);
  }

  void arrive(const schema::Schema &at) { EXPECT_EQ(differences(ours(schema_of(*database_)), ours(at)), Lines{}); }

  void up() {
    run(renaming_.up);
    renamed_ = schema_of(*database_);
    run(rendered(ours(renamed_), schema_of(b_)).pieces);
    arrive(schema_of(b_));
  }

  void down() {
    schema::RenderOptions options;
    options.keep_order = renaming_.clears;
    run(given(schema::sqlite::SqliteRenderer().render(schema_of(b_), ours(renamed_), options)).pieces);
    run(renaming_.down);
    arrive(schema_of(a_));
  }

  std::vector<std::string> ignored_;
  schema::Schema renamed_; // as it was read, all of it
  schema::Renaming renaming_;
};

class Rename : public RenameWay, public testing::WithParamInterface<RenameCase> {};

TEST_P(Rename, LeadsUpAndDownWithTheRows) {
  const RenameCase &the = GetParam();
  begin(the.before, the.after, the.rows, the.renames);
  ASSERT_EQ(get(the.asked_before), the.answer);
  up();
  EXPECT_EQ(get(the.asked_after), the.answer);
  down();
  EXPECT_EQ(get(the.asked_before), the.answer);
}

const std::string kRow = "INSERT INTO a VALUES (1, 2)";
const std::string kJoined = "INSERT INTO a VALUES (1, 2); INSERT INTO b VALUES (1, 3)";

const RenameCase kCases[] = {
    {"AViewOnAViewOfAllColumns",
     "CREATE TABLE a(x INT, y INT); CREATE VIEW v AS SELECT * FROM a; CREATE VIEW w AS SELECT y FROM v;",
     "CREATE TABLE a(x INT, z INT); CREATE VIEW v AS SELECT * FROM a; CREATE VIEW w AS SELECT z FROM v;",
     {column("a", "y", "z")},
     kRow,
     "SELECT y FROM w",
     "SELECT z FROM w",
     "2\n"},
    {"AViewOnAViewOfTheColumn",
     "CREATE TABLE a(x INT, y INT); CREATE VIEW v AS SELECT y FROM a; CREATE VIEW w AS SELECT y FROM v;",
     "CREATE TABLE a(x INT, z INT); CREATE VIEW v AS SELECT z FROM a; CREATE VIEW w AS SELECT z FROM v;",
     {column("a", "y", "z")},
     kRow,
     "SELECT y FROM w",
     "SELECT z FROM w",
     "2\n"},
    {"ATriggerInsteadOfAnInsert",
     "CREATE TABLE a(x INT, y INT); CREATE VIEW v AS SELECT x, y FROM a;"
     "CREATE TRIGGER t INSTEAD OF INSERT ON v BEGIN INSERT INTO a(x, y) VALUES (new.x, new.y); END;",
     "CREATE TABLE a(x INT, z INT); CREATE VIEW v AS SELECT x, z FROM a;"
     "CREATE TRIGGER t INSTEAD OF INSERT ON v BEGIN INSERT INTO a(x, z) VALUES (new.x, new.z); END;",
     {column("a", "y", "z")},
     kRow,
     "SELECT y FROM v",
     "SELECT z FROM v",
     "2\n"},
    {"AJoinByNamesThatAreBothRenamed",
     "CREATE TABLE a(k INT, y INT); CREATE TABLE b(k INT, n INT); CREATE VIEW v AS SELECT * FROM a JOIN b USING(k);",
     "CREATE TABLE a(kk INT, y INT); CREATE TABLE b(kk INT, n INT); CREATE VIEW v AS SELECT * FROM a JOIN b USING(kk);",
     {column("a", "k", "kk"), column("b", "k", "kk")},
     kJoined,
     "SELECT k, y, n FROM v",
     "SELECT kk, y, n FROM v",
     "1|2|3\n"},
    {"ANaturalJoinByNamesThatAreBothRenamed",
     "CREATE TABLE a(k INT, y INT); CREATE TABLE b(k INT, n INT); CREATE VIEW v AS SELECT k, y, n FROM a NATURAL JOIN b;",
     "CREATE TABLE a(kk INT, y INT); CREATE TABLE b(kk INT, n INT); CREATE VIEW v AS SELECT kk, y, n FROM a NATURAL JOIN b;",
     {column("a", "k", "kk"), column("b", "k", "kk")},
     kJoined,
     "SELECT k, y, n FROM v",
     "SELECT kk, y, n FROM v",
     "1|2|3\n"},
    {"AColumnBesideADeadView",
     "CREATE TABLE a(x INT, y INT); CREATE VIEW dead AS SELECT q FROM gone;",
     "CREATE TABLE a(x INT, z INT); CREATE VIEW dead AS SELECT q FROM gone;",
     {column("a", "y", "z")},
     kRow,
     "SELECT y FROM a",
     "SELECT z FROM a",
     "2\n"},
    {"ATableBesideADeadView",
     "CREATE TABLE a(x INT, y INT); CREATE VIEW dead AS SELECT q FROM gone;",
     "CREATE TABLE aa(x INT, y INT); CREATE VIEW dead AS SELECT q FROM gone;",
     {table("a", "aa")},
     kRow,
     "SELECT y FROM a",
     "SELECT y FROM aa",
     "2\n"},
    {"ATriggerOfAnotherTableByWayOfAView",
     "CREATE TABLE a(x INT, y INT); CREATE TABLE b(n INT); CREATE VIEW v AS SELECT * FROM a;"
     "CREATE TRIGGER t AFTER INSERT ON b BEGIN UPDATE b SET n = (SELECT max(y) FROM v); END;",
     "CREATE TABLE a(x INT, z INT); CREATE TABLE b(n INT); CREATE VIEW v AS SELECT * FROM a;"
     "CREATE TRIGGER t AFTER INSERT ON b BEGIN UPDATE b SET n = (SELECT max(z) FROM v); END;",
     {column("a", "y", "z")},
     kRow + "; INSERT INTO b VALUES (7)",
     "SELECT y, n FROM v, b",
     "SELECT z, n FROM v, b",
     "2|2\n"},
    {"ATableToTheNameOfAnIndexThatGoes",
     "CREATE TABLE a(x INT, y INT); CREATE INDEX foo ON a(x);",
     "CREATE TABLE Foo(x INT, y INT);",
     {table("a", "Foo")},
     kRow,
     "SELECT y FROM a",
     "SELECT y FROM foo",
     "2\n"},
    {"ATableToTheNameOfAViewThatGoes",
     "CREATE TABLE a(x INT, y INT); CREATE VIEW foo AS SELECT 1 AS one;",
     "CREATE TABLE foo(x INT, y INT);",
     {table("a", "foo")},
     kRow,
     "SELECT y FROM a",
     "SELECT y FROM foo",
     "2\n"},
    {"ATableWhoseOldNameAnIndexTakes",
     "CREATE TABLE a(x INT, y INT);",
     "CREATE TABLE foo(x INT, y INT); CREATE INDEX a ON foo(x);",
     {table("a", "foo")},
     kRow,
     "SELECT y FROM a",
     "SELECT y FROM foo",
     "2\n"},
    {"ATableWhoseOldNameAViewTakes",
     "CREATE TABLE a(x INT, y INT); CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;",
     "CREATE TABLE foo(x INT, y INT); CREATE VIEW a AS SELECT * FROM foo;"
     "CREATE TRIGGER t INSTEAD OF INSERT ON a BEGIN SELECT 1; END;",
     {table("a", "foo")},
     kRow,
     "SELECT y FROM a",
     "SELECT y FROM a",
     "2\n"},
    {"ATableThatIsMadeAgainToo",
     "CREATE TABLE a(x INT, y INT); CREATE VIEW v AS SELECT * FROM a; CREATE VIEW w AS SELECT y FROM v;",
     "CREATE TABLE aa(x TEXT, z INT CHECK (z > 0)); CREATE VIEW v AS SELECT * FROM aa; CREATE VIEW w AS SELECT z FROM v;",
     {table("a", "aa"), column("a", "y", "z")},
     kRow,
     "SELECT y FROM w",
     "SELECT z FROM w",
     "2\n"},
};

INSTANTIATE_TEST_SUITE_P(Beside, Rename, testing::ValuesIn(kCases), [](const auto &the) { return std::string(the.param.name); });

TEST_F(RenameWay, SaysNothingMoreWhereNoViewOrTriggerIs) {
  begin("CREATE TABLE a(x INT); CREATE INDEX i ON a(x);", "CREATE TABLE b(x INT); CREATE INDEX i ON b(x);", "",
        {table("a", "b")});
  EXPECT_FALSE(renaming_.clears);
  EXPECT_EQ(renaming_.up.size(), 1U);
  EXPECT_EQ(renaming_.down.size(), 1U);
}

TEST_F(RenameWay, WhatIsIgnoredStaysWithTheViewsThatItReads) {
  const std::string ignored = "CREATE VIEW other_view AS SELECT x FROM w;"
                              "CREATE TRIGGER other_trigger INSTEAD OF INSERT ON v BEGIN INSERT INTO a(y) VALUES (new.x); END;";
  begin("CREATE TABLE a(x INT, y INT); CREATE VIEW v AS SELECT x FROM a; CREATE VIEW w AS SELECT x FROM v;"
        "CREATE VIEW free AS SELECT * FROM a;" +
            ignored,
        "CREATE TABLE a(x INT, z INT); CREATE VIEW v AS SELECT x FROM a; CREATE VIEW w AS SELECT x FROM v;"
        "CREATE VIEW free AS SELECT * FROM a;",
        kRow, {column("a", "y", "z")}, {"other_*"});
  for (const char *now : {"z", "y"}) {
    *now == 'z' ? up() : down();
    EXPECT_EQ(get("SELECT x FROM other_view"), "1\n");
    load(*database_, "INSERT INTO v VALUES (9)");
    EXPECT_EQ(get("SELECT " + std::string(now) + " FROM a ORDER BY rowid DESC LIMIT 1"), "9\n");
    load(*database_, "DELETE FROM a WHERE x IS NULL");
  }
}

TEST_F(RenameWay, TheWayDownGivesTheColumnsTheirOrderWhereItIsSeen) {
  begin("CREATE TABLE a(x INT, m INT, y INT); CREATE VIEW v AS SELECT * FROM a;",
        "CREATE TABLE a(x INT, z INT); CREATE VIEW v AS SELECT * FROM a;", "INSERT INTO a VALUES (1, 5, 2)",
        {column("a", "y", "z")});
  up();
  EXPECT_EQ(get("SELECT * FROM v"), "1|2\n");
  down();
  EXPECT_EQ(get("SELECT * FROM v"), "1|NULL|2\n");
}

} // namespace

} // namespace migrator::database
