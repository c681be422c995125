// What the reader takes for equal and for different.
#include "tests/integration/sqlite/schema_support.h"

namespace migrator::database {

namespace {

struct Pair {
  const char *name;
  const char *one;
  const char *other;
};

void PrintTo(const Pair &pair, std::ostream *out) {
  *out << pair.name;
}

std::string name_of(const testing::TestParamInfo<Pair> &info) {
  return info.param.name;
}

class SameSchema : public testing::TestWithParam<Pair> {};

TEST_P(SameSchema, IsEqual) {
  EXPECT_EQ(differences(GetParam().one, GetParam().other), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(
    Written, SameSchema,
    testing::Values(
        Pair{"KeywordCase", "create table t(a integer not null default current_timestamp collate nocase)",
             "CREATE TABLE t(a INTEGER NOT NULL DEFAULT CURRENT_TIMESTAMP COLLATE NOCASE)"},
        Pair{"BlanksAndComments", "CREATE TABLE t(a INT, b /* why */ INT) -- so", "CREATE TABLE t (\n  a INT,\n  b INT\n)"},
        Pair{"Quotes", "CREATE TABLE \"t\"([a] INT, `b` INT CHECK (\"b\" > 0)); CREATE INDEX [i] ON `t`(\"a\")",
             "CREATE TABLE t(a INT, b INT CHECK (b > 0)); CREATE INDEX i ON t(a)"},
        Pair{"NamesInSingleQuotes",
             "CREATE TABLE 't'('a' INT, 'b' TEXT COLLATE 'NOCASE' CHECK ('t'.'b' <> 'a'), UNIQUE ('a', 'b'));"
             "CREATE INDEX 'i' ON 't'('a', 'b' COLLATE 'NOCASE' DESC) WHERE 'a' <> 'b';"
             "CREATE VIEW 'v' AS SELECT 't'.'a' AS 'x', 'b' AS y FROM 't' JOIN 't' AS 'u' USING ('a');"
             "CREATE TRIGGER 'tr' AFTER UPDATE OF 'a' ON 't' BEGIN INSERT INTO 't'('a', 'b') VALUES (1, 'a'); UPDATE 't' SET 'a' "
             "= 'b'; END",
             "CREATE TABLE t(a INT, b TEXT COLLATE NOCASE CHECK (t.b <> 'a'), UNIQUE (a, b));"
             "CREATE INDEX i ON t(a, b COLLATE NOCASE DESC) WHERE 'a' <> 'b';"
             "CREATE VIEW v AS SELECT t.a AS x, 'b' AS y FROM t JOIN t AS u USING (a);"
             "CREATE TRIGGER tr AFTER UPDATE OF a ON t BEGIN INSERT INTO t(a, b) VALUES (1, 'a'); UPDATE t SET a = 'b'; END"},
        Pair{"AfterRename",
             "CREATE TABLE s(a INT UNIQUE CHECK (s.a > 0)); CREATE TABLE c(x REFERENCES s(a)); CREATE VIEW v AS SELECT s.a FROM "
             "s; "
             "CREATE "
             "TRIGGER tr AFTER INSERT ON s BEGIN DELETE FROM s WHERE a = 9; END; CREATE INDEX i ON s(a) WHERE s.a > 1; ALTER "
             "TABLE s "
             "RENAME TO t",
             "CREATE TABLE t(a INT UNIQUE CHECK (a > 0)); CREATE TABLE c(x REFERENCES t(a)); CREATE VIEW v AS SELECT t.a FROM t; "
             "CREATE "
             "TRIGGER tr AFTER "
             "INSERT ON t BEGIN DELETE FROM t WHERE a = 9; END; CREATE INDEX i ON t(a) WHERE a > 1"},
        Pair{
            "AfterRenamedColumn",
            "CREATE TABLE t(x INT PRIMARY KEY, y CHECK (y <> x)); CREATE INDEX i ON t(x, y); CREATE VIEW v AS SELECT x AS z FROM "
            "t; ALTER TABLE t RENAME x TO a",
            "CREATE TABLE t(a INT PRIMARY KEY, y CHECK (y <> a)); CREATE INDEX i ON t(a, y); CREATE VIEW v AS SELECT a AS z FROM "
            "t"},
        Pair{"AddedColumn", "CREATE TABLE t(a INT UNIQUE, CHECK (a > 0)); ALTER TABLE t ADD COLUMN b TEXT NOT NULL DEFAULT 'x'",
             "CREATE TABLE t(a INT UNIQUE, b TEXT NOT NULL DEFAULT 'x', CHECK (a > 0))"},
        Pair{"DroppedColumn", "CREATE TABLE t(a INT, b TEXT, c INT, UNIQUE (c)); ALTER TABLE t DROP COLUMN b",
             "CREATE TABLE t(a INT, c INT, UNIQUE (c))"},
        Pair{"TextsInDoubleQuotesThatARenameElsewhereRewrites",
             "CREATE TABLE o(abc INT); CREATE TABLE t(a TEXT CHECK (a <> \"abc\" AND a NOT IN (\"x y\", \"it's\")));"
             "CREATE INDEX i ON t(a) WHERE a <> \"abc\"; CREATE VIEW v AS SELECT \"lit\" AS x, a FROM t WHERE a LIKE \"q\"",
             "CREATE TABLE o(b INT); CREATE TABLE t(a TEXT CHECK (a <> \"abc\" AND a NOT IN (\"x y\", \"it's\")));"
             "CREATE INDEX i ON t(a) WHERE a <> \"abc\"; CREATE VIEW v AS SELECT \"lit\" AS x, a FROM t WHERE a LIKE \"q\"; "
             "ALTER TABLE o RENAME b TO abc"},
        Pair{"NamesThatAViewGivesInAnyQuotes",
             "CREATE TABLE t(a INT); CREATE VIEW v(\"x y\") AS WITH \"w 1\"(\"p q\") AS (SELECT a FROM t) SELECT \"s u\".\"p q\" "
             "FROM "
             "\"w 1\" \"s u\"; CREATE VIEW u AS SELECT a \"m n\" FROM t ORDER BY \"m n\"",
             "CREATE TABLE t(a INT); CREATE VIEW v([x y]) AS WITH [w 1]([p q]) AS (SELECT a FROM t) SELECT [s u].[p q] FROM "
             "[w 1] [s u]; CREATE VIEW u AS SELECT a `m n` FROM t ORDER BY [m n]"},
        Pair{"ColumnOrder", "CREATE TABLE t(a INT, b INT)", "CREATE TABLE t(b INT, a INT)"},
        Pair{"KeyBehindOrAfter", "CREATE TABLE t(a INTEGER PRIMARY KEY)", "CREATE TABLE t(a INTEGER, PRIMARY KEY (a))"},
        Pair{"AutoincrementBehindOrAfter", "CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT)",
             "CREATE TABLE t(a INTEGER, PRIMARY KEY (a ASC AUTOINCREMENT))"},
        Pair{"UniqueBehindOrAfter", "CREATE TABLE t(a INT UNIQUE ON CONFLICT IGNORE)",
             "CREATE TABLE t(a INT, UNIQUE (a ASC) ON CONFLICT IGNORE)"},
        Pair{"CheckBehindOrAfter", "CREATE TABLE t(a INT CHECK ((a > 0)))", "CREATE TABLE t(a INT, CHECK (a > 0))"},
        Pair{"ForeignKeyBehindOrAfter",
             "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE t(a INT REFERENCES p ON UPDATE NO ACTION ON DELETE CASCADE)",
             "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE t(a INT, FOREIGN KEY (a) REFERENCES \"P\"(ID) ON DELETE "
             "CASCADE NOT DEFERRABLE)"},
        Pair{"ActionsInAnyOrder",
             "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE t(a REFERENCES p ON UPDATE CASCADE ON DELETE SET NULL)",
             "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE t(a REFERENCES p ON DELETE SET NULL ON UPDATE CASCADE)"},
        Pair{"ConstraintsWithoutCommas", "CREATE TABLE t(a INT, b INT, UNIQUE (a) CHECK (b > 0) UNIQUE (b))",
             "CREATE TABLE t(a INT, b INT, UNIQUE (b), CHECK (b > 0), UNIQUE (a))"},
        Pair{"NullAndDefaultNull", "CREATE TABLE t(a INT NULL DEFAULT NULL)", "CREATE TABLE t(a INT)"},
        Pair{"ParenthesesOfDefaults", "CREATE TABLE t(a INT DEFAULT ((5)))", "CREATE TABLE t(a INT DEFAULT 5)"},
        Pair{"TextDefaults", "CREATE TABLE t(a DEFAULT \"x\")", "CREATE TABLE t(a DEFAULT 'x')"},
        Pair{"DefaultConflict", "CREATE TABLE t(a INT NOT NULL ON CONFLICT ABORT UNIQUE ON CONFLICT ABORT)",
             "CREATE TABLE t(a INT NOT NULL UNIQUE)"},
        Pair{"Generated", "CREATE TABLE t(a INT, b INT GENERATED ALWAYS AS (a + 1))",
             "CREATE TABLE t(a INT, b INT AS (a+1) VIRTUAL)"},
        Pair{"Options", "CREATE TABLE t(a INT PRIMARY KEY) STRICT, WITHOUT ROWID",
             "CREATE TABLE t(a INT PRIMARY KEY) without rowid, strict"},
        Pair{"Operators", "CREATE TABLE t(a INT CHECK (a == 1 OR a != 2))", "CREATE TABLE t(a INT CHECK (a = 1 OR a <> 2))"},
        Pair{"IfNotExists", "CREATE TABLE IF NOT EXISTS main.t(a INT); CREATE INDEX IF NOT EXISTS main.i ON t(a ASC)",
             "CREATE TABLE t(a INT); CREATE INDEX i ON t(a)"},
        Pair{"Triggers", "CREATE TABLE t(a); CREATE TRIGGER tr INSERT ON t FOR EACH ROW BEGIN SELECT 1; END",
             "CREATE TABLE t(a); create trigger if not exists \"tr\" before insert on \"t\" begin select 1; end"},
        Pair{"Views", "CREATE TABLE t(a, b); CREATE VIEW v(x) AS SELECT \"a\" AS y FROM [t] WHERE `b` == 'B' -- b",
             "CREATE TABLE t(a, b); CREATE VIEW v ( x ) as select a as y from t where b = 'B'"}),
    name_of);

class OtherSchema : public testing::TestWithParam<Pair> {};

TEST_P(OtherSchema, Differs) {
  EXPECT_NE(differences(GetParam().one, GetParam().other), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(
    In, OtherSchema,
    testing::Values(
        Pair{"Type", "CREATE TABLE t(a INT)", "CREATE TABLE t(a INTEGER)"},
        Pair{"TypeSize", "CREATE TABLE t(a VARCHAR(5))", "CREATE TABLE t(a VARCHAR(6))"},
        Pair{"NotNull", "CREATE TABLE t(a INT)", "CREATE TABLE t(a INT NOT NULL)"},
        Pair{"NotNullConflict", "CREATE TABLE t(a INT NOT NULL)", "CREATE TABLE t(a INT NOT NULL ON CONFLICT IGNORE)"},
        Pair{"DefaultTextOrNumber", "CREATE TABLE t(a DEFAULT 5)", "CREATE TABLE t(a DEFAULT '5')"},
        Pair{"DefaultTextCase", "CREATE TABLE t(a DEFAULT 'x')", "CREATE TABLE t(a DEFAULT 'X')"},
        Pair{"Collation", "CREATE TABLE t(a TEXT)", "CREATE TABLE t(a TEXT COLLATE NOCASE)"},
        Pair{"Check", "CREATE TABLE t(a INT CHECK (a > 0))", "CREATE TABLE t(a INT CHECK (a > 1))"},
        Pair{"CheckTextCase", "CREATE TABLE t(a INT CHECK (a <> 'x'))", "CREATE TABLE t(a INT CHECK (a <> 'X'))"},
        Pair{"CheckNameOrText", "CREATE TABLE t(a INT CHECK (a IS DISTINCT FROM a))",
             "CREATE TABLE t(a INT CHECK (a IS DISTINCT FROM 'a'))"},
        Pair{"ViewNameOrText", "CREATE TABLE t(a); CREATE VIEW v AS SELECT a, a IN (a) FROM t",
             "CREATE TABLE t(a); CREATE VIEW v AS SELECT a, a IN ('a') FROM t"},
        Pair{"CheckTwice", "CREATE TABLE t(a INT CHECK (a > 0))", "CREATE TABLE t(a INT CHECK (a > 0) CHECK (a > 0))"},
        Pair{"ConstraintName", "CREATE TABLE t(a INT CHECK (a > 0))", "CREATE TABLE t(a INT CONSTRAINT c CHECK (a > 0))"},
        Pair{"UniqueConflict", "CREATE TABLE t(a UNIQUE)", "CREATE TABLE t(a UNIQUE ON CONFLICT REPLACE)"},
        Pair{"UniqueOrder", "CREATE TABLE t(a, b, UNIQUE (a, b))", "CREATE TABLE t(a, b, UNIQUE (b, a))"},
        Pair{"KeyDescending", "CREATE TABLE t(a INTEGER PRIMARY KEY)", "CREATE TABLE t(a INTEGER PRIMARY KEY DESC)"},
        Pair{"KeyDescendingBehindItsColumnIsNoRowid", "CREATE TABLE t(a INTEGER PRIMARY KEY DESC)",
             "CREATE TABLE t(a INTEGER, PRIMARY KEY (a DESC))"},
        Pair{"Autoincrement", "CREATE TABLE t(a INTEGER PRIMARY KEY)", "CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT)"},
        Pair{"Cascade", "CREATE TABLE p(i INTEGER PRIMARY KEY); CREATE TABLE t(a REFERENCES p)",
             "CREATE TABLE p(i INTEGER PRIMARY KEY); CREATE TABLE t(a REFERENCES p ON DELETE CASCADE)"},
        Pair{"Deferred", "CREATE TABLE p(i INTEGER PRIMARY KEY); CREATE TABLE t(a REFERENCES p)",
             "CREATE TABLE p(i INTEGER PRIMARY KEY); CREATE TABLE t(a REFERENCES p DEFERRABLE INITIALLY DEFERRED)"},
        Pair{"GeneratedStored", "CREATE TABLE t(a, b AS (a) STORED)", "CREATE TABLE t(a, b AS (a))"},
        Pair{"Strict", "CREATE TABLE t(a INT)", "CREATE TABLE t(a INT) STRICT"},
        Pair{"WithoutRowid", "CREATE TABLE t(a INT PRIMARY KEY)", "CREATE TABLE t(a INT PRIMARY KEY) WITHOUT ROWID"},
        Pair{"IndexDescending", "CREATE TABLE t(a); CREATE INDEX i ON t(a)", "CREATE TABLE t(a); CREATE INDEX i ON t(a DESC)"},
        Pair{"IndexUnique", "CREATE TABLE t(a); CREATE INDEX i ON t(a)", "CREATE TABLE t(a); CREATE UNIQUE INDEX i ON t(a)"},
        Pair{"IndexWhere", "CREATE TABLE t(a); CREATE INDEX i ON t(a)", "CREATE TABLE t(a); CREATE INDEX i ON t(a) WHERE a > 0"},
        Pair{"IndexExpression", "CREATE TABLE t(a); CREATE INDEX i ON t(lower(a))",
             "CREATE TABLE t(a); CREATE INDEX i ON t(upper(a))"},
        Pair{"ViewText", "CREATE VIEW v AS SELECT 'a' AS x", "CREATE VIEW v AS SELECT 'A' AS x"},
        Pair{"ViewColumnName", "CREATE VIEW v AS SELECT 1 AS x", "CREATE VIEW v AS SELECT 1 AS X"},
        Pair{"TriggerTime", "CREATE TABLE t(a); CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END",
             "CREATE TABLE t(a); CREATE TRIGGER r BEFORE INSERT ON t BEGIN SELECT 1; END"},
        Pair{"QuotedWordThatIsAValue", "CREATE TABLE t(\"null\" INT, a INT CHECK (a IS NOT null))",
             "CREATE TABLE t(\"null\" INT, a INT CHECK (a IS NOT \"null\"))"}),
    name_of);

TEST(SqliteSchemaReader, LeavesOutItsHistoryAndTheHistoriesOfOthers) {
  const auto database = scratch();
  load(*database, "CREATE TABLE migrator_version(version_num VARCHAR(32) NOT NULL); CREATE TABLE alembic_version(version_num "
                  "VARCHAR(32) NOT NULL);"
                  "CREATE TABLE migrator_version_meta(key, value); CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT)");
  std::vector<std::string> tables;
  for (const auto &object : schema_of(*database).objects)
    if (object.id.kind == schema::Kind::Table) tables.push_back(object.id.name);
  EXPECT_EQ(tables, std::vector<std::string>{"t"});
}

TEST(SqliteSchemaReader, KnowsWhatViewsAndTriggersNeed) {
  const schema::Schema schema =
      schema_of("CREATE TABLE t(a); CREATE TABLE u(b); CREATE VIEW w AS SELECT b FROM U;"
                "CREATE VIEW v AS SELECT a FROM t JOIN w; CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM u; END");
  using schema::Kind;
  const schema::ObjectId t{Kind::Table, "", "", "t"}, u{Kind::Table, "", "", "u"}, w{Kind::View, "", "", "w"};
  EXPECT_EQ(schema.find({Kind::View, "", "", "v"})->needs, (std::vector<schema::ObjectId>{t, w}));
  EXPECT_EQ(schema.find(w)->needs, (std::vector<schema::ObjectId>{u}));
  EXPECT_EQ(schema.find({Kind::Trigger, "", "t", "r"})->needs, (std::vector<schema::ObjectId>{u}));
}

TEST(SqliteSchemaReader, NamesConstraintsThatHaveNoName) {
  const schema::Schema schema = schema_of("CREATE TABLE t(Id INTEGER PRIMARY KEY, A INT CHECK (A > 0) REFERENCES t(id), b INT "
                                          "CONSTRAINT mine UNIQUE, UNIQUE (b, a))");
  std::vector<std::string> names;
  for (const auto &object : schema.objects)
    if (object.id.kind == schema::Kind::Constraint) names.push_back(object.id.name);
  EXPECT_EQ(names, (std::vector<std::string>{"check (a > 0)", "foreign key (A)", "mine", "primary key", "unique (b, A)"}));
}

} // namespace

} // namespace migrator::database
