#include "migrator/schema/foreign_rows.h"

#include <gtest/gtest.h>

namespace migrator::schema {
namespace {

using Lines = std::vector<std::string>;

Object foreign_key(const std::string &of, const Value &columns, const std::string &to) {
  Object key{{Kind::Constraint, "", of, "fk"}, {}, {}};
  key.attributes[Attribute::ConstraintType] = {"foreign key"};
  key.attributes[Attribute::Columns] = columns;
  key.attributes[Attribute::References] = {"", to, "id"};
  return key;
}

Schema made(const std::vector<std::string> &tables, const std::vector<Object> &keys) {
  Schema schema;
  schema.objects = keys;
  for (const std::string &name : tables) {
    schema.objects.push_back({{Kind::Table, "", "", name}, {}, {}});
    for (const char *column : {"id", "a", "b"}) schema.objects.push_back({{Kind::Column, "", name, column}, {}, {}});
  }
  normalise(schema);
  return schema;
}

TEST(ForeignRows, AreToldWhereTheTableThatTheyLeadToComesOrGoesOrTheKeyIsNew) {
  const Schema all = made({"c", "p"}, {foreign_key("c", {"a", "b"}, "p")});
  EXPECT_EQ(rows_that_may_lead_nowhere(made({"c"}, {}), all),
            Lines{"table c fails where a, b leads to a row, for table p comes without rows"});
  EXPECT_EQ(rows_that_may_lead_nowhere(all, made({"c"}, {foreign_key("c", {"a", "b"}, "p")})),
            Lines{"table c fails where a, b leads to a row, for table p goes"});
  EXPECT_EQ(rows_that_may_lead_nowhere(made({"c", "p"}, {}), all), Lines{"table c fails where a, b leads to no row of table p"});
  EXPECT_EQ(rows_that_may_lead_nowhere(made({"c", "p"}, {foreign_key("c", {"b"}, "p")}), all),
            Lines{"table c fails where a, b leads to no row of table p"});
}

TEST(ForeignRows, AreNotToldWhereNoneCanBeOrNothingChanges) {
  const Schema all = made({"c", "p"}, {foreign_key("c", {"a"}, "p")});
  EXPECT_EQ(rows_that_may_lead_nowhere(all, all), Lines{});
  EXPECT_EQ(rows_that_may_lead_nowhere(made({"p"}, {}), all), Lines{}) << "the table is new";
  EXPECT_EQ(rows_that_may_lead_nowhere(made({"c"}, {}), made({"c"}, {foreign_key("c", {"a"}, "p")})), Lines{}) << "to no table";
  EXPECT_EQ(rows_that_may_lead_nowhere(made({"c"}, {}), made({"c", "p"}, {foreign_key("c", {"new"}, "p")})), Lines{})
      << "the column is new";
}

} // namespace
} // namespace migrator::schema
