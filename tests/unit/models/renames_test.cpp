#include "migrator/models/renames.h"

#include "migrator/models/rename_flag.h"

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

Schema in_schemas(const std::vector<schema::ObjectId> &ids) {
  Schema schema;
  schema.dialect = Dialect::Postgresql;
  for (const schema::ObjectId &id : ids) schema.objects.push_back({id, {}, {}});
  schema::normalise(schema);
  return schema;
}

TEST(Renames, TheNewNameMayBeAsWholeAsTheOldOne) {
  const Schema before = in_schemas({{Kind::Table, "s", "", "a"},
                                    {Kind::Column, "s", "a", "x"},
                                    {Kind::Table, "public", "", "p"},
                                    {Kind::Column, "public", "p", "c"}});
  const Schema after = in_schemas({{Kind::Table, "s", "", "b"},
                                   {Kind::Column, "s", "b", "y"},
                                   {Kind::Table, "public", "", "q"},
                                   {Kind::Column, "public", "q", "d"}});
  const std::vector<Rename> wanted{{{Kind::Table, "s", "", "a"}, "b"},
                                   {{Kind::Table, "public", "", "p"}, "q"},
                                   {{Kind::Column, "s", "a", "x"}, "y"},
                                   {{Kind::Column, "public", "p", "c"}, "d"}};
  for (const std::vector<std::string> &flags : {std::vector<std::string>{"s.a:b", "p:q", "s.a.x:y", "p.c:d"},
                                                {"s.a:s.b", "public.p:q", "s.a.x:a.y", "p.c:p.d"},
                                                {"s.a:s.b", "p:public.q", "s.a.x:s.b.y", "p.c:public.q.d"},
                                                {"\"s\".a:s.\"b\"", "p:q", "s.b.x:s.a.y", "public.p.c:q.d"}}) {
    const auto renames = chosen_renames({}, flags, before, after);
    ASSERT_TRUE(renames) << renames.error().text();
    EXPECT_EQ(*renames, wanted) << flags[0];
  }
}

TEST(Renames, ATableKeepsItsSchemaAndAColumnItsTable) {
  const Schema before = in_schemas({{Kind::Table, "s", "", "a"},
                                    {Kind::Column, "s", "a", "x"},
                                    {Kind::Table, "public", "", "p"},
                                    {Kind::Column, "public", "p", "c"}});
  for (const std::string flag : {"s.a:r.a", "p:s.p", "p.c:a.c", "s.a.x:public.a.y"})
    EXPECT_EQ(chosen_renames({}, {flag}, before, before).error().text(),
              "--rename \"" + flag +
                  "\" leads elsewhere: a table keeps its schema, and a column its table. Write what moves by hand, ALTER TABLE … "
                  "SET SCHEMA for a table.");
}

TEST(Renames, NamesWithDotsColonsAndQuotesStandInDoubleQuotes) {
  const Schema before = made({{"a.b", {"x:y", "it's"}}}), after = made({{"c\"d", {"z", "n"}}});
  const auto renames = chosen_renames({}, {R"("a.b":"c""d")", R"("a.b"."x:y":z)", R"("c""d".it's:n)"}, before, after);
  ASSERT_TRUE(renames) << renames.error().text();
  EXPECT_EQ(*renames, (std::vector<Rename>{{{Kind::Table, "", "", "a.b"}, "c\"d"},
                                           {{Kind::Column, "", "a.b", "x:y"}, "z"},
                                           {{Kind::Column, "", "a.b", "it's"}, "n"}}));
  EXPECT_EQ(rename_text({Kind::Column, "", "a.b", "x:y"}, "z", "public"), R"('"a.b"."x:y":z')");
  EXPECT_EQ(rename_text({Kind::Column, "public", "a", "it's"}, "c\"d", "public"), R"('a.it'\''s:"c""d"')");
  EXPECT_EQ(rename_text({Kind::Table, "s", "", "a"}, "b", "public"), "s.a:b");
}

TEST(Renames, WhatIsNoRenameIsToldHowToWriteIt) {
  for (const std::string flag :
       {"a", ":", "a:", ":b", "a.b.c.d:e", ".x:y", "a..b:c", R"("a:b)", R"("a"b:c)", R"("":c)", "a:b:c", "a:b.", "a.:b"})
    EXPECT_EQ(parsed_rename(flag).error().text(),
              "\"" + flag +
                  "\" is no rename. Write --rename old:new for a table, --rename table.old:new for a column, with the schema "
                  "before them where it is not the usual one; names with dots, colons or quotes stand in double quotes.");
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
