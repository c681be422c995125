#include "migrator/schema/sqlite/model.h"

#include <gtest/gtest.h>

#include "migrator/schema/compare.h"

namespace migrator::schema::sqlite {

namespace {

Catalog catalog_of(const std::string &sql, const std::vector<CatalogColumn> &columns) {
  Catalog catalog;
  catalog.rows = {{"table", "t", "t", sql}};
  catalog.columns["t"] = columns;
  return catalog;
}

TEST(SqliteModel, ComparesATableThatItCannotReadAsAWhole) {
  const Schema one = model(catalog_of("CREATE TABLE t(a INT) OF THE FUTURE 1", {{"a", "INT"}}));
  const Schema other = model(catalog_of("CREATE TABLE t(a INT) OF THE FUTURE 2", {{"a", "INT"}}));
  EXPECT_NE(one.find({Kind::Column, "", "t", "a"}), nullptr);
  EXPECT_EQ(describe(compare(one, other, {})),
            (std::vector<std::string>{"table t: definition ( a int ) of the future 1 -> ( a int ) of the future 2"}));
}

TEST(SqliteModel, DoesNotTrustItsReadingWhereSqliteSeesOtherColumns) {
  const Schema schema = model(catalog_of("CREATE TABLE t(a INT)", {{"a", "INT"}, {"b", "INT"}}));
  EXPECT_TRUE(schema.find({Kind::Table, "", "", "t"})->has(Attribute::Definition));
  EXPECT_NE(schema.find({Kind::Column, "", "t", "b"}), nullptr);
}

TEST(SqliteModel, NamesWhatItDoesNotModel) {
  Catalog catalog;
  catalog.rows = {{"table", "f", "f", "CREATE VIRTUAL TABLE f USING x"}, {"table", "f_data", "f_data", "CREATE TABLE f_data(a)"}};
  catalog.virtuals = {"f"};
  catalog.shadows = {"f_data"};
  const Schema schema = model(catalog);
  EXPECT_TRUE(schema.objects.empty());
  EXPECT_EQ(schema.unknown, (std::vector<std::string>{"table f_data of a virtual table", "virtual table f"}));
}

} // namespace

} // namespace migrator::schema::sqlite
