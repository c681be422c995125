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

// The data would stay in the column of the old name, or go with it.
TEST(Renames, ANoteWhoseOldNameStaysIsRefused) {
  const auto column = chosen_renames({note("a", "m", "n")}, {}, made({{"a", {"n"}}}), made({{"a", {"m", "n"}}}));
  ASSERT_FALSE(column);
  EXPECT_EQ(
      column.error().text(),
      "m.sql:1: `renamed_from n`: the models still have a column n of a. Take this line out if nothing was renamed; else rename "
      "first, and bring the new one of that name in a later revision.");
  const auto table =
      chosen_renames({note("people", "", "users")}, {}, made({{"users", {"x"}}}), made({{"people", {"x"}}, {"users", {"y"}}}));
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().text(), "m.sql:1: `renamed_from users`: the models still have a table users. Take this line out if "
                                  "nothing was renamed; else rename "
                                  "first, and bring the new one of that name in a later revision.");
  EXPECT_TRUE(chosen_renames({note("a", "m", "n")}, {}, made({{"a", {"m"}}}), made({{"a", {"m", "n"}}}))->empty());
}

TEST(Renames, NoNameIsRenamedTwice) {
  const Schema before = made({{"a", {"x", "y"}}});
  const Schema after = made({{"a", {"w", "z"}}});
  EXPECT_EQ(chosen_renames({}, {"a.y:w", "a.y:z"}, before, after).error().text(),
            "--rename \"a.y:z\" goes against another rename, which has the old or the new name already. Leave one of the two.");
  EXPECT_EQ(chosen_renames({}, {"a.x:z", "a.y:z"}, before, after).error().text(),
            "--rename \"a.y:z\" goes against another rename, which has the old or the new name already. Leave one of the two.");
  EXPECT_EQ(chosen_renames({note("a", "w", "y"), note("a", "z", "y")}, {}, before, after).error().text(),
            "m.sql:1: `renamed_from y`: another rename has the old or the new name already. Leave one of the two.");
  EXPECT_EQ(chosen_renames({note("a", "w", "y")}, {"a.y:w", "a.y:w"}, before, after)->size(), 1U);
}

} // namespace
} // namespace migrator::models
