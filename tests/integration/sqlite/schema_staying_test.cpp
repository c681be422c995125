// Columns that go beside views and triggers that stay, sound ones and others.
#include "tests/integration/sqlite/schema_change.h"

namespace migrator::database {

namespace {

using StayingCase = SchemaChange;

// DROP COLUMN reads every view and trigger, and refuses where one names a column or table that is not there.
TEST_F(StayingCase, AColumnGoesBesideViewsThatLackAColumn) {
  const std::string broken = "CREATE TABLE u(x); CREATE VIEW w AS SELECT u.x, u.gone FROM u;";
  begin("CREATE TABLE t(a INT, b INT);" + broken, "INSERT INTO t VALUES (1, 2)");
  up("CREATE TABLE t(a INT);" + broken);
  EXPECT_EQ(get("SELECT a FROM t"), "1\n");
  const std::string trigger = "CREATE TABLE u(x); CREATE TRIGGER w AFTER DELETE ON u BEGIN SELECT old.gone; END;";
  begin("CREATE TABLE t(a INT, b INT);" + trigger, "INSERT INTO t VALUES (1, 2)");
  up("CREATE TABLE t(a INT);" + trigger);
  EXPECT_EQ(get("SELECT a FROM t"), "1\n");
}

TEST_F(StayingCase, AColumnGoesBesideAViewWhoseOwnViewsChange) {
  const std::string top = "CREATE VIEW top AS SELECT x FROM low;";
  begin("CREATE TABLE t(a INT, b INT); CREATE VIEW low AS SELECT a AS x FROM t;" + top, "INSERT INTO t VALUES (1, 2)");
  up("CREATE TABLE t(a INT); CREATE VIEW low AS SELECT a + 1 AS x FROM t;" + top);
  EXPECT_EQ(get("SELECT x FROM top"), "2\n");
  const std::string gone = "CREATE VIEW g AS SELECT x FROM gone;";
  begin("CREATE TABLE t(a INT, b INT); CREATE TABLE gone(x);" + gone, "INSERT INTO t VALUES (1, 2)");
  up("CREATE TABLE t(a INT);" + gone);
  EXPECT_EQ(get("SELECT a FROM t"), "1\n");
}

TEST_F(StayingCase, AColumnGoesByAlterTableBesideSoundViewsAndTriggers) {
  const std::string sound =
      "CREATE TABLE u(x, \"y z\"); CREATE VIEW v(p, q) AS WITH RECURSIVE w(n) AS (SELECT 1 UNION SELECT n + 1 FROM w) SELECT w.n "
      "AS m, "
      "count(*) FROM w JOIN u AS uu ON uu.x = w.n LEFT JOIN u k USING (x) WHERE k.\"y z\" LIKE 'no such' COLLATE NOCASE; CREATE "
      "VIEW v2 "
      "AS SELECT p FROM v; CREATE TRIGGER tr AFTER UPDATE OF x ON u WHEN new.x > 1 BEGIN INSERT INTO u(x) SELECT old.x; END;";
  begin("CREATE TABLE t(a INT, b INT);" + sound, "INSERT INTO t VALUES (1, 2)");
  up("CREATE TABLE t(a INT);" + sound);
  EXPECT_FALSE(rebuilt());
}

TEST_F(StayingCase, TextsInDoubleQuotesStayTheSameWhenAColumnGoes) {
  const std::string other =
      "CREATE TABLE u(a TEXT CHECK (a <> \"abc\"), b TEXT DEFAULT \"d\"); CREATE INDEX i ON u(a) WHERE b <> \"z\";"
      "CREATE VIEW v AS SELECT a FROM u WHERE a <> \"q\";";
  begin("CREATE TABLE t(a INT, b INT);" + other, "INSERT INTO t VALUES (1, 2)");
  up("CREATE TABLE t(a INT);" + other);
  down();
}

TEST_F(StayingCase, AColumnInTheMiddleWhereOrderIsSeen) {
  begin("CREATE TABLE t(a INT, c INT); CREATE VIEW v AS SELECT * FROM t", "INSERT INTO t VALUES (1, 3)");
  up("CREATE TABLE t(a INT, b INT, c INT); CREATE VIEW v AS SELECT * FROM t");
  EXPECT_EQ(get("SELECT * FROM v"), "1|NULL|3\n");
}

TEST_F(StayingCase, BrokenViewsAndTriggersDoNotStopIt) {
  const std::string broken = "CREATE VIEW broken AS SELECT x FROM nowhere;"
                             "CREATE TABLE u(x); CREATE TRIGGER broken_too AFTER INSERT ON u BEGIN DELETE FROM nowhere; END;";
  begin("CREATE TABLE t(a INT, b INT);" + broken, "INSERT INTO t VALUES (1, 2)");
  up("CREATE TABLE t(a INT CHECK (a > 0), b INT);" + broken);
  up("CREATE TABLE t(a INT CHECK (a > 0));" + broken);
  EXPECT_EQ(get("SELECT a FROM t"), "1\n");
  up("CREATE TABLE t(a INT CHECK (a > 0), c INT);" + broken);
  EXPECT_FALSE(rebuilt());
  EXPECT_EQ(get("PRAGMA legacy_alter_table"), "0\n");
}

} // namespace

} // namespace migrator::database
