#include "migrator/schema/json.h"

#include <gtest/gtest.h>

namespace migrator::schema {
namespace {

Stored example() {
  Stored stored{"PostgreSQL 15.18", "0.1.0", {"a1"}, {}};
  stored.schema.dialect = Dialect::Postgresql;
  stored.schema.unknown = {"policy p on t"};
  for (int kind = 0; kind <= static_cast<int>(Kind::Trigger); ++kind) {
    Object object;
    object.id = {static_cast<Kind>(kind), "public", "of \"it\"", "n\nä\x01\\"};
    for (int attribute = 0; attribute <= static_cast<int>(Attribute::Text); ++attribute)
      object.attributes[static_cast<Attribute>(attribute)] = {"one", "", "\t'\""};
    object.needs = {{Kind::Table, "public", "", "t"}};
    stored.schema.objects.push_back(std::move(object));
  }
  normalise(stored.schema);
  return stored;
}

TEST(SchemaJson, GivesBackWhatWasWritten) {
  const Result<Stored> read = stored_from_json(to_json(example()));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, example());
  EXPECT_EQ(to_json(*read), to_json(example()));
}

TEST(SchemaJson, RefusesWhatItDoesNotKnow) {
  const std::string good = to_json(example());
  for (std::size_t cut = 0; cut + 2 < good.size(); cut += 7) EXPECT_FALSE(stored_from_json(good.substr(0, cut)));
  for (const auto &[from, to] : {std::pair<std::string, std::string>{"\"format\":1", "\"format\":2"},
                                 {"\"table\"", "\"tabel\""},
                                 {"\"type\"", "\"tpye\""},
                                 {"\"postgresql\"", "\"mysql\""},
                                 {"\"heads\":[", "\"heads\":[3,"}}) {
    std::string bad = good;
    bad.replace(bad.find(from), from.size(), to);
    EXPECT_FALSE(stored_from_json(bad)) << to;
  }
}

} // namespace
} // namespace migrator::schema
