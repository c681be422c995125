#include "migrator/models/renames.h"

#include <gtest/gtest.h>

namespace migrator::models {
namespace {

using schema::Kind;
using schema::Rename;
using schema::Schema;

Schema made(const std::vector<std::pair<std::string, std::vector<std::string>>> &tables) {
  Schema schema;
  for (const auto &[table, columns] : tables) {
    schema.objects.push_back({{Kind::Table, "", "", table}, {}, {}});
    for (const std::string &column : columns) schema.objects.push_back({{Kind::Column, "", table, column}, {}, {}});
  }
  schema::normalise(schema);
  return schema;
}

RenameNote note(const std::string &table, const std::string &column, const std::string &old) {
  return {"m.sql", 1, "", table, column, old};
}

TEST(Renames, NotesCountOnlyWhileTheOldNameIsThere) {
  const Schema before = made({{"a", {"x"}}});
  const Schema after = made({{"b", {"y"}}});
  const std::vector<RenameNote> notes = {note("b", "y", "x"), note("b", "", "a")};
  const auto renames = chosen_renames(notes, {}, before, after);
  ASSERT_TRUE(renames);
  EXPECT_EQ(*renames, (std::vector<Rename>{{{Kind::Table, "", "", "a"}, "b"}, {{Kind::Column, "", "a", "x"}, "y"}}));
  EXPECT_TRUE(chosen_renames(notes, {}, after, after)->empty());
}

TEST(Renames, FlagsMustFit) {
  const Schema before = made({{"a", {"x"}}});
  const Schema after = made({{"b", {"y"}}});
  EXPECT_EQ(chosen_renames({}, {"b.x:y", "a:b"}, before, after)->size(), 2U);
  EXPECT_EQ(chosen_renames({}, {"a.x:y", "a:b"}, before, after)->size(), 2U);
  for (const char *flag : {"a:c", "a.z:y", "a", ":", "a:", ":b", "a.b.c.d:e", "a:b.c", ".x:y"})
    EXPECT_EQ(chosen_renames({}, {flag}, before, after).error().code, ErrorCode::Usage) << flag;
}

} // namespace
} // namespace migrator::models
