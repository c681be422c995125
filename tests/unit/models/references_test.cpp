#include "migrator/models/references.h"

#include <gtest/gtest.h>

namespace migrator::models {
namespace {

const std::string kYaml = "tables:\n  customers: {columns: {id: {type: integer, primary_key: true}}}\n  orders:\n    columns:\n"
                          "      a: {type: integer, references: custmers(id)}\n";

Models models_of(const std::string &yaml, Dialect dialect = Dialect::Sqlite) {
  return *compile({{Source::Form::Yaml, "m.yaml", yaml}}, dialect);
}

schema::Schema with_tables(const std::vector<std::string> &names) {
  schema::Schema schema;
  for (const std::string &name : names) schema.objects.push_back({{schema::Kind::Table, "", "", name}, {}, {}});
  schema::normalise(schema);
  return schema;
}

TEST(YamlReferences, ToATableThatNothingMakesAreErrorsOfTheirLine) {
  const Status known = check_references(models_of(kYaml), with_tables({"customers", "orders"}), {});
  EXPECT_EQ(known.error().text(), "m.yaml:5: the models have no table \"custmers\". Did you mean \"customers\"?");
  EXPECT_EQ(known.error().code, ErrorCode::InvalidConfiguration);
  const std::string list =
      "tables:\n  orders:\n    columns: {a: integer}\n    foreign_keys:\n      - {columns: [a], references: nowhere}\n";
  EXPECT_EQ(check_references(models_of(list), with_tables({"orders"}), {}).error().text(),
            "m.yaml:5: the models have no table \"nowhere\".");
}

// SQL beside the YAML may make it, and SQLite tells no letters' case apart.
TEST(YamlReferences, ToTablesThatAreThereOrIgnoredAreNone) {
  EXPECT_TRUE(check_references(models_of(kYaml), with_tables({"orders", "Custmers"}), {}));
  EXPECT_TRUE(check_references(models_of(kYaml), with_tables({"orders"}), {"cust*"}));
  EXPECT_FALSE(check_references(models_of(kYaml), with_tables({"orders"}), {"customers"}));
}

TEST(YamlReferences, AreToldAlikeOfPostgresql) {
  const Models models = models_of(kYaml, Dialect::Postgresql);
  const auto of_line = [&](int line, const std::string &sqlstate) {
    Error error{ErrorCode::SqlError, "as the server says it", {}, "m.yaml", line, sqlstate, {}};
    return of_reference(std::move(error), models).text();
  };
  EXPECT_EQ(of_line(5, "42P01"), "m.yaml:5: the models have no table \"custmers\". Did you mean \"customers\"?");
  EXPECT_EQ(of_line(4, "42P01"), "m.yaml:4: as the server says it");
  EXPECT_EQ(of_line(5, "42703"), "m.yaml:5: as the server says it");
}

} // namespace
} // namespace migrator::models
