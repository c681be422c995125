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

TEST(Renames, NamesMoveUpInARow) {
  const Schema before = made({{"a", {"x", "y"}}, {"b", {}}});
  const Schema after = made({{"b", {"y", "z"}}, {"c", {}}});
  const std::vector<Rename> wanted = {{{Kind::Table, "", "", "a"}, "b"},
                                      {{Kind::Table, "", "", "b"}, "c"},
                                      {{Kind::Column, "", "a", "x"}, "y"},
                                      {{Kind::Column, "", "a", "y"}, "z"}};
  const std::vector<RenameNote> notes = {note("b", "", "a"), note("c", "", "b"), note("b", "y", "x"), note("b", "z", "y")};
  EXPECT_EQ(*chosen_renames(notes, {}, before, after), wanted);
  EXPECT_EQ(*chosen_renames({}, {"a:b", "b:c", "a.x:y", "b.y:z"}, before, after), wanted);
  EXPECT_TRUE(chosen_renames(notes, {}, after, after)->empty());
}

// Of a row that is done in part, the part that is left; a row with an end that is taken is old as a whole.
TEST(Renames, OldNotesDoNotCount) {
  const std::vector<RenameNote> notes = {note("a", "y", "x"), note("a", "z", "y")};
  EXPECT_TRUE(chosen_renames(notes, {}, made({{"a", {"x", "y", "z"}}}), made({{"a", {"y", "z"}}}))->empty());
  EXPECT_EQ(*chosen_renames(notes, {}, made({{"a", {"y"}}}), made({{"a", {"z"}}})),
            (std::vector<Rename>{{{Kind::Column, "", "a", "y"}, "z"}}));
}

TEST(Renames, NamesAreExchangedByFlagsAndNotByNotesAlone) {
  const Schema both = made({{"a", {"x", "y"}}});
  const std::vector<Rename> wanted = {{{Kind::Column, "", "a", "x"}, "y"}, {{Kind::Column, "", "a", "y"}, "x"}};
  EXPECT_EQ(*chosen_renames({}, {"a.x:y", "a.y:x"}, both, both), wanted);
  EXPECT_EQ(*chosen_renames({note("a", "x", "y")}, {"a.x:y"}, both, both), wanted);
  EXPECT_EQ(*chosen_renames({note("a", "x", "y"), note("a", "y", "x")}, {"a.x:y", "a.y:x"}, both, both), wanted);
  EXPECT_EQ(
      chosen_renames({note("a", "y", "x"), note("a", "x", "y")}, {}, both, both).error().text(),
      "m.sql:1: `renamed_from x`: it exchanges names with others, and nobody can tell whether that is done: the names are the "
      "same before and after. Take these lines out, and if it is yet to be done, say it once, a flag each: --rename a.x:y.");
  const Schema tables = made({{"a", {}}, {"b", {}}});
  EXPECT_EQ(
      chosen_renames({note("b", "", "a"), note("a", "", "b")}, {}, tables, tables).error().text(),
      "m.sql:1: `renamed_from a`: it exchanges names with others, and nobody can tell whether that is done: the names are the "
      "same before and after. Take these lines out, and if it is yet to be done, say it once, a flag each: --rename a:b.");
}

TEST(Renames, AFlagTakesTheNameOfWhatGoesAndANoteDoesNot) {
  const Schema before = made({{"a", {"x", "y"}}});
  const Schema after = made({{"a", {"y"}}});
  EXPECT_EQ(*chosen_renames({}, {"a.x:y"}, before, after), (std::vector<Rename>{{{Kind::Column, "", "a", "x"}, "y"}}));
  EXPECT_TRUE(chosen_renames({note("a", "y", "x")}, {}, before, after)->empty());
  EXPECT_EQ(
      chosen_renames({}, {"a.y:x"}, before, after).error().text(),
      "--rename \"a.y:x\" fits nothing: the revisions must have the old name, and the models the new one and, unless another "
      "--rename brings it, not the old. `migrator diff revisions models` shows both.");
}

} // namespace
} // namespace migrator::models
