// What a rebuild must not lose, case by case.
#include "migrator/schema/rename_order.h"
#include "tests/integration/sqlite/schema_change.h"

namespace migrator::database {

namespace {

using RebuildCase = SchemaChange;

TEST_F(RebuildCase, TablesComeAndGo) {
  begin("CREATE TABLE a(id INTEGER PRIMARY KEY)", "INSERT INTO a VALUES (7)");
  up("CREATE TABLE a(id INTEGER PRIMARY KEY); CREATE TABLE b(x, y); CREATE INDEX i ON b(x); CREATE VIEW v AS SELECT x FROM b");
  EXPECT_FALSE(rebuilt());
  EXPECT_EQ(get("SELECT id FROM a"), "7\n");
  down();
  EXPECT_EQ(last_.losses, Lines{"rows of table b"});
  EXPECT_EQ(get("SELECT id FROM a"), "7\n");
}

// Of each case below: a table that must be rebuilt, for a check comes or goes.
TEST_F(RebuildCase, TriggersOfTheTableAndElsewhere) {
  const std::string rest =
      "CREATE TABLE log(what);"
      "CREATE TRIGGER own AFTER UPDATE OF a ON t WHEN new.a > 0 BEGIN INSERT INTO log VALUES ('own'); END;"
      "CREATE TABLE other(x); CREATE TRIGGER elsewhere AFTER INSERT ON other BEGIN UPDATE t SET a = a + new.x; END;";
  begin("CREATE TABLE t(a INT);" + rest, "INSERT INTO t VALUES (1)");
  for (const bool there : {true, false}) {
    there ? up("CREATE TABLE t(a INT CHECK (a < 100));" + rest) : down();
    EXPECT_TRUE(rebuilt());
    load(*database_, "INSERT INTO other VALUES (2)");
    EXPECT_EQ(get("SELECT a FROM t"), there ? "3\n" : "5\n");
    EXPECT_EQ(get("SELECT count(*) FROM log"), there ? "1\n" : "2\n");
  }
}

TEST_F(RebuildCase, AutoincrementAndItsCounter) {
  begin("CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a INT)",
        "INSERT INTO t(a) VALUES (1), (2), (3); DELETE FROM t WHERE id = 3");
  up("CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a INT CHECK (a > 0))");
  load(*database_, "INSERT INTO t(a) VALUES (4)");
  EXPECT_EQ(get("SELECT max(id) FROM t"), "4\n");
  load(*database_, "DELETE FROM t");
  down();
  load(*database_, "INSERT INTO t(a) VALUES (5)");
  EXPECT_EQ(get("SELECT id FROM t"), "5\n") << "the counter of an empty table";
  EXPECT_EQ(get("SELECT name, seq FROM sqlite_sequence"), "t|5\n");
}

TEST_F(RebuildCase, AutoincrementOfATableThatNeverHadRows) {
  begin("CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT)");
  up("CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, CHECK (id > 0))");
  EXPECT_EQ(get("SELECT count(*) FROM sqlite_sequence"), "0\n");
}

TEST_F(RebuildCase, StatisticsOfTheTableAreMadeAgain) {
  begin("CREATE TABLE t(a INT, b INT); CREATE INDEX i ON t(a); CREATE TABLE never(a INT); CREATE INDEX n ON never(a)",
        "INSERT INTO t VALUES (1, 1), (1, 2), (2, 3), (2, 4); INSERT INTO never VALUES (1); ANALYZE t");
  EXPECT_EQ(get("SELECT tbl, idx, stat FROM sqlite_stat1"), "t|i|4 2\n");
  up("CREATE TABLE t(a INT, b INT CHECK (b > 0)); CREATE INDEX i ON t(a); CREATE TABLE never(a INT CHECK (a > 0)); CREATE INDEX "
     "n ON "
     "never(a)");
  EXPECT_EQ(get("SELECT tbl, idx, stat FROM sqlite_stat1"), "t|i|4 2\n");
  load(*database_, "ALTER TABLE t RENAME TO t2; UPDATE t2 SET a = 5");
  EXPECT_EQ(get("SELECT tbl, idx, stat FROM sqlite_stat1"), "t2|i|4 4\n");
  load(*database_, "DELETE FROM sqlite_stat1; UPDATE t2 SET a = 6");
  EXPECT_EQ(get("SELECT tbl, idx, stat FROM sqlite_stat1"), "");
}

TEST_F(RebuildCase, NoStatisticsAreMadeWhereThereWereNone) {
  begin("CREATE TABLE t(a INT); CREATE INDEX i ON t(a)", "INSERT INTO t VALUES (1)");
  up("CREATE TABLE t(a INT CHECK (a > 0)); CREATE INDEX i ON t(a)");
  EXPECT_EQ(get("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'sqlite_stat%'"), "0\n");
}

TEST_F(RebuildCase, CollationsAndConflictClauses) {
  begin("CREATE TABLE t(a TEXT COLLATE NOCASE UNIQUE ON CONFLICT IGNORE, b INT NOT NULL ON CONFLICT REPLACE DEFAULT 5)",
        "INSERT INTO t VALUES ('x', 1)");
  up("CREATE TABLE t(a TEXT COLLATE NOCASE UNIQUE ON CONFLICT IGNORE, b INT NOT NULL ON CONFLICT REPLACE DEFAULT 5, CHECK (b > "
     "0))");
  EXPECT_TRUE(rebuilt());
  load(*database_, "INSERT INTO t VALUES ('X', 2); INSERT INTO t VALUES ('y', NULL)");
  EXPECT_EQ(get("SELECT a, b FROM t ORDER BY a"), "x|1\ny|5\n");
}

TEST_F(RebuildCase, AKeyThatIgnoresConflictsLosesNoRow) {
  begin("CREATE TABLE t(a TEXT)", "INSERT INTO t VALUES ('x'), ('x')");
  const auto to = schema_of("CREATE TABLE t(a TEXT UNIQUE ON CONFLICT IGNORE)");
  const auto done = run_section(*database_, section(rendered(schema_of(*database_), to)));
  ASSERT_FALSE(done);
  EXPECT_EQ(get("SELECT count(*) FROM t"), "2\n");
  EXPECT_EQ(differences(schema_of(*database_), schema_of(a_)), Lines{}) << "the failed rebuild left something behind";
}

TEST_F(RebuildCase, IndexesPartialExpressionDescending) {
  const std::string indexes =
      "CREATE INDEX down ON t(a DESC, b COLLATE NOCASE); CREATE UNIQUE INDEX part ON t(a) WHERE b IS NOT NULL;"
      "CREATE INDEX made ON t(lower(b), a + 1);";
  begin("CREATE TABLE t(a INT, b TEXT);" + indexes, "INSERT INTO t VALUES (1, 'x'), (1, NULL)");
  up("CREATE TABLE t(a INT, b TEXT, CHECK (a > 0));" + indexes);
  EXPECT_TRUE(rebuilt());
  EXPECT_EQ(get("SELECT count(*) FROM pragma_index_list('t')"), "3\n");
  EXPECT_EQ(get("SELECT a, b FROM t ORDER BY rowid"), "1|x\n1|NULL\n");
  down();
}

TEST_F(RebuildCase, UnnamedAndNamedChecks) {
  begin("CREATE TABLE t(a INT CHECK (a > 0), b INT, CHECK (a < b), CONSTRAINT named CHECK (b < 50))",
        "INSERT INTO t VALUES (1, 2)");
  up("CREATE TABLE t(a TEXT CHECK (a > 0), b INT, CHECK (a < b), CONSTRAINT named CHECK (b < 50))");
  EXPECT_FALSE(run_section(*database_, "INSERT INTO t VALUES (-1, 2)"));
  EXPECT_FALSE(run_section(*database_, "INSERT INTO t VALUES (3, 60)"));
  down();
  EXPECT_EQ(get("SELECT a, b FROM t"), "1|2\n");
}

TEST_F(RebuildCase, ACheckThatNamesItsOwnTable) {
  begin("CREATE TABLE t(a INT)", "INSERT INTO t VALUES (1)");
  up("CREATE TABLE t(a INT, CHECK (t.a > 0 AND \"t\".\"a\" < 9))");
  EXPECT_EQ(get("SELECT a FROM t"), "1\n");
  EXPECT_FALSE(run_section(*database_, "INSERT INTO t VALUES (10)"));
}

TEST_F(RebuildCase, CascadingChildrenKeepTheirRows) {
  const std::string child =
      "CREATE TABLE child(id INTEGER PRIMARY KEY, p INT REFERENCES parent(id) ON DELETE CASCADE ON UPDATE CASCADE);";
  begin("CREATE TABLE parent(id INTEGER PRIMARY KEY, a INT);" + child,
        "INSERT INTO parent VALUES (1, 1); INSERT INTO child VALUES (7, 1)");
  up("CREATE TABLE parent(id INTEGER PRIMARY KEY, a INT CHECK (a > 0));" + child);
  EXPECT_EQ(get("SELECT id, p FROM child"), "7|1\n");
  EXPECT_EQ(get("SELECT \"table\", \"on_delete\" FROM pragma_foreign_key_list('child')"), "parent|CASCADE\n");
  EXPECT_EQ(get("PRAGMA foreign_key_check"), "");
  down();
  EXPECT_EQ(get("SELECT id, p FROM child"), "7|1\n");
}

TEST_F(RebuildCase, SelfReferences) {
  begin("CREATE TABLE tree(id INTEGER PRIMARY KEY, up INT REFERENCES tree(id) ON DELETE CASCADE)",
        "INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2)");
  up("CREATE TABLE tree(id INTEGER PRIMARY KEY, up INT REFERENCES tree(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED)");
  EXPECT_EQ(get("SELECT \"table\" FROM pragma_foreign_key_list('tree')"), "tree\n");
  EXPECT_EQ(get("SELECT id, up FROM tree ORDER BY id"), "1|NULL\n2|1\n3|2\n");
  down();
}

TEST_F(RebuildCase, ForeignKeysThatLookAtEachOther) {
  begin("CREATE TABLE a(id INTEGER PRIMARY KEY, b INT REFERENCES b(id)); CREATE TABLE b(id INTEGER PRIMARY KEY, a INT REFERENCES "
        "a(id))",
        "INSERT INTO a VALUES (1, NULL); INSERT INTO b VALUES (2, 1); UPDATE a SET b = 2");
  up("CREATE TABLE a(id INTEGER PRIMARY KEY, b INT NOT NULL REFERENCES b(id)); CREATE TABLE b(id INTEGER PRIMARY KEY, a INT NOT "
     "NULL REFERENCES a(id))");
  EXPECT_EQ(get("SELECT a.b, b.a FROM a, b"), "2|1\n");
  down();
}

TEST_F(RebuildCase, ViewsOnViewsAndInsteadOfTriggers) {
  const std::string views =
      "CREATE VIEW v AS SELECT a, b FROM t WHERE a > 0; CREATE VIEW w AS SELECT v.a AS x, count(*) AS n FROM v GROUP BY 1;"
      "CREATE TRIGGER into_v INSTEAD OF INSERT ON v BEGIN INSERT INTO t(a, b) VALUES (new.a, new.b); END;";
  begin("CREATE TABLE t(a INT, b TEXT);" + views, "INSERT INTO t VALUES (1, 'x')");
  for (const bool there : {true, false}) {
    there ? up("CREATE TABLE t(a INT, b VARCHAR(9) NOT NULL DEFAULT '');" + views) : down();
    EXPECT_TRUE(rebuilt());
    load(*database_, "INSERT INTO v VALUES (2, 'y')");
    EXPECT_EQ(get("SELECT x, n FROM w ORDER BY x"), there ? "1|1\n2|1\n" : "1|1\n2|2\n");
  }
}

TEST_F(RebuildCase, AViewThatChangesKeepsItsTriggers) {
  const std::string rest = "CREATE TRIGGER into_v INSTEAD OF INSERT ON v BEGIN INSERT INTO t(a) VALUES (new.a); END";
  begin("CREATE TABLE t(a INT); CREATE VIEW v AS SELECT a FROM t;" + rest);
  up("CREATE TABLE t(a INT); CREATE VIEW v AS SELECT a, a + 1 AS b FROM t;" + rest);
  EXPECT_FALSE(rebuilt());
  load(*database_, "INSERT INTO v(a) VALUES (2)");
  EXPECT_EQ(get("SELECT a, b FROM v"), "2|3\n");
  down();
}

TEST_F(RebuildCase, GeneratedColumns) {
  begin("CREATE TABLE t(a INT, b INT GENERATED ALWAYS AS (a * 2) VIRTUAL, c INT AS (a + 1) STORED)",
        "INSERT INTO t VALUES (1), (2)");
  up("CREATE TABLE t(a INT CHECK (a > 0), b INT AS (a * 2) VIRTUAL, c INT AS (a + 10) STORED)");
  EXPECT_EQ(get("SELECT a, b, c FROM t"), "1|2|11\n2|4|12\n");
  down();
  EXPECT_EQ(get("SELECT a, b, c FROM t"), "1|2|2\n2|4|3\n");
}

TEST_F(RebuildCase, AGeneratedColumnBecomesAnOrdinaryOneAndBack) {
  begin("CREATE TABLE t(a INT, b INT AS (a * 2) STORED)", "INSERT INTO t VALUES (1)");
  up("CREATE TABLE t(a INT, b INT)");
  EXPECT_EQ(get("SELECT a, b FROM t"), "1|2\n");
  EXPECT_EQ(last_.losses, Lines{});
  down();
  EXPECT_EQ(last_.losses, Lines{"column t.b"});
}

TEST_F(RebuildCase, RowidsOfATableWithoutAKey) {
  begin("CREATE TABLE t(a TEXT)", "INSERT INTO t(rowid, a) VALUES (10, 'x'), (500, 'y')");
  up("CREATE TABLE t(a TEXT, CHECK (a <> ''))");
  EXPECT_EQ(get("SELECT rowid, a FROM t"), "10|x\n500|y\n");
  begin("CREATE TABLE t(rowid TEXT, oid INT)", "INSERT INTO t(_rowid_, rowid) VALUES (10, 'x')");
  up("CREATE TABLE t(rowid TEXT, oid INT, CHECK (rowid <> ''))");
  EXPECT_EQ(get("SELECT _rowid_, rowid FROM t"), "10|x\n");
}

TEST_F(RebuildCase, ARowidBecomesAKeyAndBack) {
  begin("CREATE TABLE t(a TEXT)", "INSERT INTO t(rowid, a) VALUES (10, 'x')");
  up("CREATE TABLE t(a TEXT, id INTEGER PRIMARY KEY)");
  EXPECT_EQ(get("SELECT id, a FROM t"), "10|x\n");
  down();
  EXPECT_EQ(get("SELECT rowid, a FROM t"), "10|x\n");
}

TEST_F(RebuildCase, WithoutRowidAndBack) {
  begin("CREATE TABLE t(k TEXT PRIMARY KEY, v INT)", "INSERT INTO t VALUES ('x', 1), ('y', 2)");
  up("CREATE TABLE t(k TEXT PRIMARY KEY, v INT) WITHOUT ROWID");
  EXPECT_EQ(get("SELECT k, v FROM t ORDER BY k"), "x|1\ny|2\n");
  EXPECT_EQ(get("SELECT wr FROM pragma_table_list WHERE name = 't'"), "1\n");
  down();
  EXPECT_EQ(get("SELECT k, v FROM t ORDER BY k"), "x|1\ny|2\n");
}

TEST_F(RebuildCase, StrictAndBack) {
  begin("CREATE TABLE t(a INT, b TEXT, c ANY)", "INSERT INTO t VALUES (1, 'x', 2.5)");
  up("CREATE TABLE t(a INT, b TEXT, c ANY) STRICT");
  EXPECT_EQ(get("SELECT a, b, c, typeof(c) FROM t"), "1|x|2.5|real\n");
  EXPECT_FALSE(run_section(*database_, "INSERT INTO t(a) VALUES ('no number')"));
  down();
}

TEST_F(RebuildCase, StrictRefusesWhatDoesNotFit) {
  begin("CREATE TABLE t(a INT)", "INSERT INTO t VALUES ('text')");
  EXPECT_FALSE(run_section(*database_, section(rendered(schema_of(*database_), schema_of("CREATE TABLE t(a INT) STRICT")))));
  EXPECT_EQ(get("SELECT a FROM t"), "text\n");
}

TEST_F(RebuildCase, ANewColumnThatMustNotBeNull) {
  begin("CREATE TABLE t(id INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (1), (2)");
  up("CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INT NOT NULL UNIQUE, c REAL NOT NULL, d BLOB NOT NULL) STRICT");
  EXPECT_EQ(get("SELECT a, b, c, hex(d) FROM t ORDER BY b"), "|1|0.0|\n|2|0.0|\n");
  EXPECT_NE(section(last_).find("a of the rows that are there gets '', a guess"), std::string::npos) << section(last_);
  down();
  EXPECT_EQ(last_.losses, (Lines{"column t.a", "column t.b", "column t.c", "column t.d"}));
}

TEST_F(RebuildCase, WhatIsNotKnownOfTheRowsIsTold) {
  begin("CREATE TABLE t(a INT, b INT)");
  up("CREATE TABLE t(a INT NOT NULL, b INT NOT NULL DEFAULT 1, c TEXT NOT NULL, d TEXT NOT NULL UNIQUE)");
  EXPECT_EQ(last_.guesses,
            (Lines{"table t: fails where a is null: fill it in before", "table t: b gets its default where it is null",
                   "table t: c of the rows that are there gets '', a guess, for it has no default: write what it should be",
                   "table t: d of the rows that are there gets numbers, a guess, for it must be unique"}));
  down();
  EXPECT_EQ(last_.guesses, Lines{});
}

TEST_F(RebuildCase, ATypeThatStoresValuesInAnotherWayIsTold) {
  begin("CREATE TABLE t(a TEXT, b REAL, c INT, d INT, e INT, f)");
  up("CREATE TABLE t(a INTEGER, b TEXT, c REAL, d NUMERIC, e TEXT, f INT)");
  const std::string rest =
      ": values may be stored in another way, as '0123' in an INTEGER is 123, and the way down does not bring the old ones back";
  EXPECT_EQ(last_.guesses, (Lines{"table t: a was TEXT and is INTEGER" + rest, "table t: b was REAL and is TEXT" + rest,
                                  "table t: c was INT and is REAL" + rest, "table t: f was of no type and is INT" + rest}));
}

TEST_F(RebuildCase, ANullThatMustGo) {
  begin("CREATE TABLE t(a INT, b INT DEFAULT 7)", "INSERT INTO t VALUES (1, NULL)");
  up("CREATE TABLE t(a INT NOT NULL, b INT NOT NULL DEFAULT 7)");
  EXPECT_EQ(get("SELECT a, b FROM t"), "1|7\n");
  begin("CREATE TABLE t(a INT)", "INSERT INTO t VALUES (NULL)");
  EXPECT_FALSE(run_section(*database_, section(rendered(schema_of(*database_), schema_of("CREATE TABLE t(a INT NOT NULL)")))))
      << "a value was made up";
}

TEST_F(RebuildCase, ALeftoverOfTheTemporaryName) {
  const std::string leftover = "CREATE TABLE migrator_new_t(x); CREATE INDEX Migrator_New_2_t ON migrator_new_t(x);";
  database_ = scratch();
  load(*database_, "CREATE TABLE t(a INT);" + leftover + "INSERT INTO t VALUES (1)");
  const auto to = schema_of("CREATE TABLE t(a INT CHECK (a > 0));" + leftover);
  load(*database_, section(rendered(schema_of(*database_), to)));
  EXPECT_EQ(differences(schema_of(*database_), to), Lines{});
  EXPECT_EQ(get("SELECT a FROM t"), "1\n");
}

TEST_F(RebuildCase, AnotherSpellingKeepsTheRows) {
  begin("CREATE TABLE Customer(Id INTEGER PRIMARY KEY, Name TEXT); CREATE INDEX ByName ON Customer(Name);"
        "CREATE TABLE o(c INT REFERENCES Customer); CREATE TRIGGER tr AFTER DELETE ON Customer BEGIN SELECT 1; END",
        "INSERT INTO Customer VALUES (1, 'x'); INSERT INTO o VALUES (1)");
  up("CREATE TABLE customer(id INTEGER PRIMARY KEY, name TEXT); CREATE INDEX byname ON customer(name);"
     "CREATE TABLE o(c INT REFERENCES customer); CREATE TRIGGER tr AFTER DELETE ON customer BEGIN SELECT 1; END");
  EXPECT_EQ(last_.losses, Lines{});
  EXPECT_EQ(get("SELECT id, name FROM customer"), "1|x\n");
  down();
  EXPECT_EQ(get("SELECT \"Name\" FROM Customer"), "x\n");
}

TEST_F(RebuildCase, NamesThatNeedQuotes) {
  begin("CREATE TABLE \"order\"(\"select\" INT, [a b] TEXT, `it's \"x\"` INT); CREATE INDEX \"my index\" ON \"order\"([a b])",
        "INSERT INTO \"order\" VALUES (1, 'x', 3)");
  up("CREATE TABLE \"order\"(\"select\" INT CHECK (\"select\" > 0), [a b] TEXT, `it's \"x\"` INT); CREATE INDEX \"my index\" ON "
     "\"order\"([a b])");
  EXPECT_EQ(get("SELECT * FROM \"order\""), "1|x|3\n");
  down();
}

TEST_F(RebuildCase, ColumnsThatAlterTableCanAddAndDrop) {
  begin("CREATE TABLE t(a INT UNIQUE -- the first\n, CHECK (a > 0))", "INSERT INTO t VALUES (1)");
  up("CREATE TABLE t(a INT UNIQUE, b TEXT NOT NULL DEFAULT 'x' COLLATE NOCASE, c INT CHECK (c <> 5), d INT AS (a + 1), e "
     "REFERENCES t(a), CHECK (a > 0))");
  EXPECT_FALSE(rebuilt());
  EXPECT_EQ(get("SELECT * FROM t"), "1|x|NULL|2|NULL\n");
  down();
  EXPECT_EQ(get("SELECT * FROM t"), "1\n");
  begin("CREATE TABLE t(a INT, b TEXT)", "INSERT INTO t VALUES (1, 'x')");
  up("CREATE TABLE t(a INT)");
  EXPECT_FALSE(rebuilt());
  EXPECT_EQ(last_.losses, Lines{"column t.b"});
}

TEST_F(RebuildCase, DroppedColumnsThatIndexesAndKeysHad) {
  begin("CREATE TABLE t(a INT, b TEXT UNIQUE, c INT, d INT, PRIMARY KEY (a, d)); CREATE INDEX i ON t(c); CREATE INDEX j ON t(a)",
        "INSERT INTO t VALUES (1, 'x', 2, 1), (2, 'y', 2, 1)");
  up("CREATE TABLE t(a INT PRIMARY KEY); CREATE INDEX j ON t(a)");
  EXPECT_EQ(get("SELECT a FROM t"), "1\n2\n");
  down();
  EXPECT_EQ(get("SELECT a FROM t"), "1\n2\n");
}

TEST_F(RebuildCase, CommentsAtTheEndOfAStatement) {
  begin("CREATE TABLE t(a INT -- a\n) -- t");
  up("CREATE TABLE t(a INT /* a */, CHECK (a > 0) -- c\n) -- t\n; CREATE INDEX i ON t(a) -- i\n; CREATE VIEW v AS SELECT a FROM "
     "t -- v");
  up("CREATE TABLE t(a INT /* a */, b INT -- b\n, CHECK (a > 0) -- c\n) -- t\n; CREATE VIEW v AS SELECT a FROM t -- w\n; CREATE "
     "INDEX i ON t(b) -- i");
  down();
}

TEST_F(RebuildCase, ANewKeyTakesTheRowids) {
  begin("CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT)", "INSERT INTO t VALUES (5, 'x'), (8, 'y')");
  up("CREATE TABLE t(key INTEGER PRIMARY KEY, id INT, a TEXT)");
  EXPECT_EQ(get("SELECT key, id, a FROM t"), "5|5|x\n8|8|y\n");
  down();
  EXPECT_EQ(get("SELECT id, a FROM t"), "5|x\n8|y\n");
}

TEST_F(RebuildCase, RowsWithoutACommonColumnAreAsMany) {
  begin("CREATE TABLE t(k TEXT PRIMARY KEY) WITHOUT ROWID", "INSERT INTO t VALUES ('x'), ('y')");
  up("CREATE TABLE t(id INTEGER PRIMARY KEY, a INT)");
  EXPECT_EQ(get("SELECT id, a FROM t"), "1|NULL\n2|NULL\n");
  down();
  EXPECT_EQ(get("SELECT k FROM t"), "1\n2\n");
  begin("CREATE TABLE t(k TEXT PRIMARY KEY) WITHOUT ROWID", "INSERT INTO t VALUES ('x'), ('y')");
  up("CREATE TABLE t(a INT DEFAULT 5, b INT)");
  EXPECT_EQ(get("SELECT a, b FROM t"), "5|NULL\n5|NULL\n");
}

TEST_F(RebuildCase, TypesThatChangeKeepTheirValues) {
  begin("CREATE TABLE t(a TEXT, b INTEGER, c REAL, d BLOB)",
        "INSERT INTO t VALUES ('12', 3, 1.5, x'6162'), ('word', 4, 2.0, NULL)");
  up("CREATE TABLE t(a INTEGER, b TEXT, c TEXT, d TEXT)");
  EXPECT_EQ(get("SELECT a, b, c, CAST(d AS TEXT) FROM t"), "12|3|1.5|ab\nword|4|2.0|NULL\n");
  down();
  EXPECT_EQ(get("SELECT a, b, c, hex(d) FROM t"), "12|3|1.5|6162\nword|4|2.0|\n");
}

TEST_F(RebuildCase, ATableBecomesAViewAndBack) {
  begin("CREATE TABLE t(a INT); CREATE TABLE x(a INT); CREATE INDEX i ON x(a); CREATE TRIGGER tr AFTER INSERT ON x BEGIN SELECT "
        "1; END");
  up("CREATE TABLE t(a INT); CREATE VIEW x AS SELECT a FROM t; CREATE INDEX i ON t(a);"
     "CREATE TRIGGER tr INSTEAD OF INSERT ON x BEGIN INSERT INTO t VALUES (new.a); END");
  down();
}

TEST_F(RebuildCase, VirtualTablesAreNamedAndLeftAlone) {
  const std::string virtual_table = "CREATE VIRTUAL TABLE f USING fts5(text);";
  begin("CREATE TABLE t(a INT);" + virtual_table, "INSERT INTO f VALUES ('hello')");
  const auto schema = schema_of(*database_);
  EXPECT_EQ(schema.unknown.front(), "table f_config of a virtual table");
  EXPECT_EQ(schema.unknown.back(), "virtual table f");
  up("CREATE TABLE t(a INT CHECK (a > 0));" + virtual_table);
  EXPECT_EQ(get("SELECT text FROM f WHERE f MATCH 'hello'"), "hello\n");
}

TEST_F(RebuildCase, RenamesLeaveWhatSpeaksOfThemRight) {
  begin("CREATE TABLE a(x INT UNIQUE, y INT); CREATE TABLE b(x INT REFERENCES a(x)); CREATE VIEW v AS SELECT x, y FROM a;"
        "CREATE TRIGGER tr AFTER INSERT ON b BEGIN UPDATE a SET y = new.x; END; CREATE INDEX i ON a(x)",
        "INSERT INTO a VALUES (1, 2)");
  using schema::Kind;
  const std::vector<schema::Rename> renames = {{{Kind::Table, "", "", "a"}, "b"},
                                               {{Kind::Table, "", "", "b"}, "a"},
                                               {{Kind::Column, "", "a", "x"}, "y"},
                                               {{Kind::Column, "", "a", "y"}, "x"}};
  schema::Rendered made;
  const auto before = schema_of(*database_);
  made.pieces = schema::sqlite::SqliteRenderer().rename(schema::in_order(renames, before));
  load(*database_, section(made));
  const auto wanted =
      schema_of("CREATE TABLE b(y INT UNIQUE, x INT); CREATE TABLE a(x INT REFERENCES b(y)); CREATE VIEW v AS SELECT y, x FROM b;"
                "CREATE TRIGGER tr AFTER INSERT ON a BEGIN UPDATE b SET x = new.x; END; CREATE INDEX i ON b(y)");
  EXPECT_EQ(differences(schema_of(*database_), wanted), Lines{});
  EXPECT_EQ(get("SELECT y, x FROM b"), "1|2\n");
}

} // namespace

} // namespace migrator::database
