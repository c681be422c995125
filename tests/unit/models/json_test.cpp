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

std::string refused(const std::string &text) {
  const Result<Stored> read = stored_from_json(text);
  return read ? "read" : read.error().message;
}

std::string replaced(std::string in, const std::string &from, const std::string &to) {
  return in.replace(in.find(from), from.size(), to);
}

TEST(SchemaJson, RefusesWhatItDoesNotKnow) {
  const std::string good = to_json(example());
  const auto why = [](const std::string &what) {
    return "this is no snapshot of this migrator: " + what + ". Write it again with `migrator check --write-snapshot FILE`.";
  };
  const std::string malformed = why("it is not the JSON that it should be");
  for (std::size_t cut = 0; cut + 2 < good.size(); cut += 7) EXPECT_EQ(refused(good.substr(0, cut)), malformed);
  for (const std::string text : {"", "3", "[]", "{}", "{\"format\":1}"}) EXPECT_EQ(refused(text), malformed);
  EXPECT_EQ(refused(good + "{}"), malformed);
  struct Case {
    std::string from, to, message;
  };
  for (const Case &one :
       {Case{"\"format\":1", "\"format\":2", why("its format is another")}, Case{"\"format\":1", "\"format\":[1]", malformed},
        Case{"\"tool\":\"0.1.0\",", "", malformed},
        Case{"\"table\"", "\"tabel\"", why("it holds the kind tabel, which this version does not know")},
        Case{"\"id\":[\"table\",", "\"id\":[", why("it holds the kind public, which this version does not know")},
        Case{"\"id\":", "\"di\":", malformed},
        Case{"\"type\"", "\"tpye\"", why("it holds the attribute tpye, which this version does not know")},
        Case{"\"type\":[\"one\",", "\"type\":[[\"one\"],", malformed}, Case{"\"type\":[", "\"type\":3,\"type\":[", malformed},
        Case{"\"needs\":[[", "\"needs\":[3,[", malformed},
        Case{"\"postgresql\"", "\"mysql\"", why("it is of no database that we know")},
        Case{"\"heads\":[", "\"heads\":[3,", malformed}, Case{"\"objects\":[", "\"objects\":[null,", malformed},
        Case{"\"objects\":[", "\"objects\":{},\"o\":[", malformed}})
    EXPECT_EQ(refused(replaced(good, one.from, one.to)), one.message) << one.from << " -> " << one.to;
}

TEST(SchemaJson, PassesOverMembersThatItDoesNotKnow) {
  const std::string more = R"("later":{"heads":[1,{"id":null}],"objects":[[true,-1.5]]},"format":1)";
  std::string text = replaced(to_json(example()), "\"format\":1", more);
  text = replaced(text, "{\"id\":", R"({"note":["x",{"attributes":7}],"id":)");
  const Result<Stored> read = stored_from_json(text);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, example());
}

} // namespace
} // namespace migrator::schema
