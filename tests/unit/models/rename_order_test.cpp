#include "migrator/schema/rename_order.h"

#include <gtest/gtest.h>

namespace migrator::schema {
namespace {

using Lines = std::vector<std::string>;

Rename table(const std::string &from, const std::string &to) {
  return {{Kind::Table, "", "", from}, to};
}

Rename column(const std::string &of, const std::string &from, const std::string &to) {
  return {{Kind::Column, "", of, from}, to};
}

Schema with_tables(const std::vector<std::string> &names, Dialect dialect = Dialect::Sqlite) {
  Schema schema;
  schema.dialect = dialect;
  for (const std::string &name : names) schema.objects.push_back({{Kind::Table, "", "", name}, {}, {}});
  normalise(schema);
  return schema;
}

Lines told(const std::vector<Rename> &renames) {
  Lines lines;
  for (const Rename &one : renames)
    lines.push_back((one.from.relation.empty() ? "" : one.from.relation + ".") + one.from.name + ":" + one.to);
  return lines;
}

TEST(RenameOrder, EachNameIsFreeWhenItsTurnComes) {
  EXPECT_EQ(told(in_order({table("a", "b"), table("b", "c")}, with_tables({"a", "b"}))), (Lines{"b:c", "a:b"}));
  EXPECT_EQ(told(in_order({table("a", "b"), column("a", "x", "y"), column("a", "y", "z")}, with_tables({"a"}))),
            (Lines{"a.y:z", "a.x:y", "a:b"}));
}

TEST(RenameOrder, ACircleGoesByWayOfAThirdName) {
  EXPECT_EQ(told(in_order({table("a", "b"), table("b", "c"), table("c", "a")}, with_tables({"a", "b", "c"}))),
            (Lines{"a:migrator_renamed_a", "c:a", "b:c", "migrator_renamed_a:b"}));
  EXPECT_EQ(told(in_order({table("a", "b"), table("b", "a")}, with_tables({"a", "b", "MIGRATOR_renamed_a"}))),
            (Lines{"a:migrator_renamed_1", "b:a", "migrator_renamed_1:b"}));
  const std::string longest(63, 'x');
  EXPECT_EQ(told(in_order({table(longest, "b"), table("b", longest)}, with_tables({longest, "b"}))).front(),
            longest + ":migrator_renamed_1");
}

TEST(RenameOrder, OnSqliteAChangeOfCaseIsACircle) {
  EXPECT_EQ(told(in_order({table("a", "A")}, with_tables({"a"}))), (Lines{"a:migrator_renamed_a", "migrator_renamed_a:A"}));
  EXPECT_EQ(told(in_order({table("a", "A")}, with_tables({"a"}, Dialect::Postgresql))), Lines{"a:A"});
}

TEST(RenameOrder, WhatHasANameThatIsTakenMakesRoom) {
  const Schema schema = with_tables({"a", "B", "c"});
  EXPECT_EQ(told(making_room({table("a", "b")}, schema, schema)), Lines{"B:migrator_replaced_B"});
  EXPECT_EQ(told(making_room({table("a", "b"), table("B", "d")}, schema, schema)), Lines{});
  EXPECT_EQ(told(making_room({table("a", "A")}, schema, schema)), Lines{});
}

TEST(RenameOrder, BackwardsIsTheSameFromItsEnd) {
  EXPECT_EQ(told(backwards({column("a", "x", "y"), table("a", "b")})), (Lines{"b:a", "a.y:x"}));
}

} // namespace
} // namespace migrator::schema
