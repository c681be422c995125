#include "migrator/schema/sqlite/table_text.h"

#include <gtest/gtest.h>

#include "migrator/schema/sqlite/words.h"

namespace migrator::schema::sqlite {

namespace {

std::string said(std::string_view sql, const Context &context = {}) {
  const Words all = words(sql);
  return normal(all, 0, all.size(), context);
}

TEST(SqliteWords, HaveOneSpelling) {
  EXPECT_EQ(said("SELECT  a,\n\"b\" -- c\nFROM [t t] WHERE `x`=='X' /* d */ AND Y != X'AB';"),
            "select a , 'b' from \"t t\" where x = 'X' and y <> x'ab'");
}

TEST(SqliteWords, InDoubleQuotesAreNamesOnlyIfTheyNameSomething) {
  Context context;
  context.names = {"b"};
  EXPECT_EQ(said("\"B\" = \"c\"", context), "b = 'c'");
  EXPECT_EQ(said("t.\"C\""), "t . c");
}

TEST(SqliteWords, KeepTheSpellingOfResultNames) {
  EXPECT_EQ(said("SELECT A AS Total, CAST(a AS Integer) AS \"Sum of\" FROM (SELECT 1)"),
            "select a as Total , cast ( a as integer ) as \"Sum of\" from ( select 1 )");
}

TEST(SqliteWords, LoseTheirOwnTablesName) {
  Context context;
  context.own = "t";
  EXPECT_EQ(said("t.a > \"T\".b AND u.a > t", context), "a > b and u . a > t");
}

TEST(SqliteTableText, ReadsColumns) {
  const auto table = parse_table(
      "CREATE TABLE \"t\"(id INTEGER PRIMARY KEY AUTOINCREMENT, [a b] double  precision (10,2) NOT NULL ON CONFLICT IGNORE "
      "DEFAULT -1 COLLATE nocase, c DEFAULT (1 + 2) CONSTRAINT x UNIQUE, d AS (c) STORED)");
  ASSERT_TRUE(table);
  EXPECT_EQ(table->name, "t");
  EXPECT_TRUE(table->autoincrement);
  EXPECT_EQ(table->rowid_alias(), "id");
  ASSERT_EQ(table->columns.size(), 4U);
  const TableColumn &second = table->columns[1];
  EXPECT_EQ(second.name, "a b");
  EXPECT_EQ(second.type, "DOUBLE PRECISION(10,2)");
  EXPECT_EQ(second.not_null, "ON CONFLICT IGNORE");
  EXPECT_EQ(second.default_value, "- 1");
  EXPECT_TRUE(second.constant_default);
  EXPECT_EQ(second.collation, "NOCASE");
  EXPECT_EQ(second.text, "[a b] double  precision (10,2) NOT NULL ON CONFLICT IGNORE DEFAULT -1 COLLATE nocase");
  EXPECT_EQ(table->columns[2].default_value, "1 + 2");
  EXPECT_FALSE(table->columns[2].constant_default);
  EXPECT_EQ(table->columns[3].generated, "stored");
  EXPECT_EQ(table->constraints[1].name, "x");
}

TEST(SqliteTableText, KnowsWhichKeyIsTheRowid) {
  EXPECT_EQ(parse_table("CREATE TABLE t(a INTEGER, PRIMARY KEY (A DESC))")->rowid_alias(), "a");
  EXPECT_EQ(parse_table("CREATE TABLE t(a INTEGER PRIMARY KEY DESC)")->rowid_alias(), "");
  EXPECT_EQ(parse_table("CREATE TABLE t(a INT PRIMARY KEY)")->rowid_alias(), "");
  EXPECT_EQ(parse_table("CREATE TABLE t(a INTEGER PRIMARY KEY) WITHOUT ROWID")->rowid_alias(), "");
}

TEST(SqliteTableText, DoesNotGuess) {
  for (const char *sql : {"", "CREATE TABLE", "CREATE TABLE t", "CREATE TABLE t(", "CREATE TABLE t(a INT",
                          "CREATE TABLE t(a INT) NEW OPTION", "CREATE TABLE t(a INT PERHAPS (1) NOT)",
                          "CREATE TABLE t(a INT, CHECK)", "CREATE VIEW v AS SELECT 1", "CREATE TABLE t(a DEFAULT"})
    EXPECT_FALSE(parse_table(sql)) << sql;
}

TEST(SqliteTableText, GetsAnotherName) {
  EXPECT_EQ(with_name("CREATE TABLE [t]( a INT CHECK (t.a > \"t\" . a), b REFERENCES t(a)) -- t", "n\"n"),
            "CREATE TABLE \"n\"\"n\"( a INT CHECK (a >  a), b REFERENCES t(a)) -- t");
}

} // namespace

} // namespace migrator::schema::sqlite
