#include "migrator/schema/sqlite/renderer.h"

#include <gtest/gtest.h>

#include "migrator/schema/sqlite/model.h"
#include "migrator/schema/sqlite/table_text.h"

namespace migrator::schema::sqlite {

namespace {

using Lines = std::vector<std::string>;

Schema schema_of(const std::vector<std::string> &tables) {
  Catalog catalog;
  for (const std::string &sql : tables) {
    const auto table = parse_table(sql);
    catalog.rows.push_back({"table", table->name, table->name, sql});
    for (const TableColumn &column : table->columns) catalog.columns[table->name].push_back({column.name, column.type});
  }
  return model(catalog);
}

Lines sql_of(const std::vector<Piece> &pieces) {
  Lines sql;
  for (const Piece &piece : pieces) sql.push_back(piece.sql);
  return sql;
}

Rendered rendered(const std::vector<std::string> &from, const std::vector<std::string> &to) {
  return *SqliteRenderer().render(schema_of(from), schema_of(to), {});
}

TEST(SqliteRenderer, SaysNothingWhereNothingDiffers) {
  EXPECT_TRUE(rendered({"CREATE TABLE t(a INT)"}, {"create table \"t\"([a] int)"}).pieces.empty());
}

TEST(SqliteRenderer, AddsAndDropsColumnsInPlace) {
  const Rendered added =
      rendered({"CREATE TABLE t(a INT)"}, {"CREATE TABLE t(a INT, b TEXT NOT NULL DEFAULT 'x' CHECK (b <> ''))"});
  EXPECT_EQ(sql_of(added.pieces), Lines{"ALTER TABLE \"t\" ADD COLUMN b TEXT NOT NULL DEFAULT 'x' CHECK (b <> '')"});
  EXPECT_TRUE(added.losses.empty());
  const Rendered dropped = rendered({"CREATE TABLE t(a INT, b TEXT)"}, {"CREATE TABLE t(a INT)"});
  EXPECT_EQ(sql_of(dropped.pieces), Lines{"ALTER TABLE \"t\" DROP COLUMN \"b\""});
  EXPECT_EQ(dropped.losses, Lines{"column t.b"});
  EXPECT_EQ(dropped.pieces[0].allow, "drop_column");
}

TEST(SqliteRenderer, WritesTheRebuildOut) {
  const Rendered rebuilt = rendered({"CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a INT, b INT)"},
                                    {"CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, c TEXT NOT NULL)"});
  EXPECT_EQ(sql_of(rebuilt.pieces),
            (Lines{"PRAGMA legacy_alter_table = ON",
                   "CREATE TABLE \"migrator_new_t\"(id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, c TEXT NOT NULL)",
                   "INSERT OR ABORT INTO \"migrator_new_t\" (\"id\", \"a\", \"c\")\nSELECT \"id\", \"a\", ''\nFROM \"t\"",
                   "DELETE FROM sqlite_sequence WHERE name = 'migrator_new_t'",
                   "INSERT INTO sqlite_sequence (name, seq) SELECT 'migrator_new_t', seq FROM sqlite_sequence WHERE name = 't' "
                   "COLLATE NOCASE",
                   "DROP TABLE \"t\"", "ALTER TABLE \"migrator_new_t\" RENAME TO \"t\"", "PRAGMA legacy_alter_table = OFF"}));
  EXPECT_EQ(rebuilt.pieces[2].note,
            "c of the rows that are there gets '', a guess, for it has no default: write what it should be; left behind: b");
  EXPECT_EQ(rebuilt.losses, Lines{"column t.b"});
}

TEST(SqliteRenderer, SaysWhatADroppedTableLoses) {
  const Rendered dropped = rendered({"CREATE TABLE t(a INT)", "CREATE TABLE u(a INT)"}, {"CREATE TABLE t(a INT)"});
  EXPECT_EQ(sql_of(dropped.pieces), Lines{"DROP TABLE \"u\""});
  EXPECT_EQ(dropped.losses, Lines{"rows of table u"});
}

TEST(SqliteRenderer, RenamesInTheOrderGiven) {
  EXPECT_EQ(sql_of(SqliteRenderer().rename({{{Kind::Column, "", "a", "x"}, "y"}, {{Kind::Table, "", "", "a"}, "b"}})),
            (Lines{"ALTER TABLE \"a\" RENAME COLUMN \"x\" TO \"y\"", "ALTER TABLE \"a\" RENAME TO \"b\""}));
}

} // namespace

} // namespace migrator::schema::sqlite
