// What well-formed revision files become.
#include <string>

#include <gtest/gtest.h>

#include "migrator/script/parser.h"

namespace migrator::script {
namespace {

using std::chrono::milliseconds;

Script read(const std::string &text) {
  auto script = parse(text, "m/a.sql");
  EXPECT_TRUE(script.has_value()) << (script ? "" : script.error().text());
  return script ? *script : Script();
}

TEST(Parser, ReadsAWholeHeader) {
  const auto script = read("-- Some words.\n"
                           "-- migrate:revision ae1027a6acf0 \t\n"
                           "-- migrate:message  add the invoices, at last \n"
                           "-- migrate:down_revision 1975ea83b712   27c6a30d7c24\n"
                           "-- migrate:depends_on billing ab12\n"
                           "-- migrate:labels accounts größe\n"
                           "-- migrate:created 2026-11-22T13:43:40.25+01:00\n"
                           "/* more\n words */\n"
                           "-- migrate:up\n");
  EXPECT_EQ(script.revision, "ae1027a6acf0");
  EXPECT_EQ(script.message, "add the invoices, at last");
  EXPECT_EQ(script.down_revisions, (std::vector<std::string>{"1975ea83b712", "27c6a30d7c24"}));
  EXPECT_TRUE(script.down_revision_given);
  EXPECT_EQ(script.depends_on, (std::vector<std::string>{"billing", "ab12"}));
  EXPECT_EQ(script.labels, (std::vector<std::string>{"accounts", "größe"}));
  EXPECT_EQ(script.created, "2026-11-22T13:43:40.25+01:00");
  EXPECT_EQ(script.path, "m/a.sql");
  EXPECT_TRUE(script.warnings.empty());
  ASSERT_EQ(script.sections.size(), 1U);
  EXPECT_TRUE(script.sections[0].items.empty());
}

TEST(Parser, AnAbsentDownRevisionIsNoneWithAWarning) {
  const auto script = read("\n-- migrate:revision a1\n-- migrate:up\n");
  EXPECT_FALSE(script.down_revision_given);
  EXPECT_TRUE(script.down_revisions.empty());
  EXPECT_EQ(script.warnings,
            std::vector<std::string>{
                "m/a.sql:2: no down_revision: taken as none, a first revision; write `-- migrate:down_revision none` to say so"});
}

TEST(Parser, ReadsSectionsInFileOrderWithTheirOptions) {
  const auto script = read("-- migrate:revision a1\n"
                           "-- migrate:down_revision none\n"
                           "-- migrate:up dialect:postgresql transaction:false lock_timeout:2s statement_timeout:1m\n"
                           "CREATE INDEX CONCURRENTLY i ON t(a);\n"
                           "-- migrate:up dialect:sqlite foreign_keys:on\n"
                           "-- migrate:down lock_timeout:0\n"
                           "DROP INDEX i;");
  ASSERT_EQ(script.sections.size(), 3U);
  const auto &first = script.sections[0];
  EXPECT_EQ(first.direction, Direction::Up);
  EXPECT_EQ(first.dialect, Dialect::Postgresql);
  EXPECT_FALSE(first.transaction);
  EXPECT_EQ(first.lock_timeout, milliseconds(2000));
  EXPECT_EQ(first.statement_timeout, milliseconds(60000));
  EXPECT_EQ(first.line, 3);
  ASSERT_EQ(first.items.size(), 1U);
  EXPECT_EQ(std::get<SqlText>(first.items[0]).text, "CREATE INDEX CONCURRENTLY i ON t(a);");
  EXPECT_EQ(std::get<SqlText>(first.items[0]).line, 4);
  EXPECT_EQ(script.sections[1].dialect, Dialect::Sqlite);
  EXPECT_TRUE(script.sections[1].foreign_keys);
  EXPECT_TRUE(script.sections[1].items.empty());
  EXPECT_EQ(script.sections[2].direction, Direction::Down);
  EXPECT_FALSE(script.sections[2].dialect.has_value());
  EXPECT_EQ(script.sections[2].lock_timeout, milliseconds(0));
  EXPECT_EQ(std::get<SqlText>(script.sections[2].items[0]).line, 7);
}

TEST(Parser, TakesBlankLinesOffBothEndsOfSqlAndKeepsTheRestVerbatim) {
  const auto script = read("-- migrate:revision a1\n-- migrate:down_revision none\n-- migrate:up\n\n \t\n  SELECT 1; \n\n  -- "
                           "migrate:down\n\tSELECT 2;\n\n\n");
  const auto &text = std::get<SqlText>(script.sections.at(0).items.at(0));
  EXPECT_EQ(text.text, "  SELECT 1; \n\n  -- migrate:down\n\tSELECT 2;");
  EXPECT_EQ(text.line, 6);
}

TEST(Parser, AssertsStandAtTheirPlacesAndBeforeTheFirstSectionTheyArePreconditions) {
  const auto script = read("-- migrate:revision a1\n-- migrate:down_revision none\n"
                           "-- migrate:assert SELECT count(*) = 0 FROM old ; \n"
                           "-- migrate:up\n"
                           "SELECT 1;\n"
                           "-- migrate:assert WITH x AS (SELECT ';') SELECT true\n"
                           "SELECT 2;\n"
                           "-- migrate:assert SELECT 3\n");
  ASSERT_EQ(script.preconditions.size(), 1U);
  EXPECT_EQ(script.preconditions[0].query, "SELECT count(*) = 0 FROM old");
  EXPECT_EQ(script.preconditions[0].line, 3);
  const auto &items = script.sections.at(0).items;
  ASSERT_EQ(items.size(), 4U);
  EXPECT_EQ(std::get<SqlText>(items[0]).text, "SELECT 1;");
  EXPECT_EQ(std::get<Assert>(items[1]).query, "WITH x AS (SELECT ';') SELECT true");
  EXPECT_EQ(std::get<Assert>(items[1]).line, 6);
  EXPECT_EQ(std::get<SqlText>(items[2]).text, "SELECT 2;");
  EXPECT_EQ(std::get<Assert>(items[3]).query, "SELECT 3");
}

TEST(Parser, AnAllowDoesNotCutTheSqlAroundItAndKeepsItsLines) {
  const auto script = read("-- migrate:revision a1\n-- migrate:down_revision none\n-- migrate:up\n"
                           "-- migrate:allow first because  of that \n"
                           "ALTER TABLE t\n"
                           "-- migrate:allow drop_column because it was never filled\n"
                           "  DROP COLUMN c;\n");
  const auto &section = script.sections.at(0);
  ASSERT_EQ(section.allows.size(), 2U);
  EXPECT_EQ(section.allows[0].rule, "first");
  EXPECT_EQ(section.allows[0].reason, "of that");
  EXPECT_EQ(section.allows[1].reason, "it was never filled");
  EXPECT_EQ(section.allows[1].line, 6);
  ASSERT_EQ(section.items.size(), 1U);
  EXPECT_EQ(std::get<SqlText>(section.items[0]).text, "ALTER TABLE t\n\n  DROP COLUMN c;");
  EXPECT_EQ(std::get<SqlText>(section.items[0]).line, 5);
}

TEST(Parser, ADataSectionBelongsToTheDirectionItStandsIn) {
  const auto script = read("-- migrate:revision a1\n-- migrate:down_revision none\n-- migrate:up dialect:postgresql\n"
                           "-- migrate:data name:fill table:public.\"my table\" key:id batch:50 lock_timeout:1s\n"
                           "-- fills\n"
                           "-- migrate:assert SELECT 1\n"
                           "UPDATE t SET a = b::text WHERE id > :from AND id <= :to;\n"
                           "-- migrate:assert SELECT 2\n"
                           "-- migrate:down\n"
                           "-- migrate:data name:fill table:t key:\"Id\" dialect:sqlite\n"
                           "DELETE FROM t WHERE \"Id\" > :from AND \"Id\" <= :to\n"
                           "-- migrate:data name:fill table:t key:id dialect:postgresql\n"
                           "DELETE FROM t WHERE id > :from AND id <= :to\n");
  ASSERT_EQ(script.sections.size(), 5U);
  const auto &data = script.sections[1];
  EXPECT_EQ(data.direction, Direction::Up);
  EXPECT_FALSE(data.dialect.has_value());
  ASSERT_TRUE(data.data.has_value());
  EXPECT_EQ(data.data->name, "fill");
  EXPECT_EQ(data.data->table, "public.\"my table\"");
  EXPECT_EQ(data.data->key, "id");
  EXPECT_EQ(data.data->batch, 50);
  EXPECT_EQ(data.lock_timeout, milliseconds(1000));
  ASSERT_EQ(data.items.size(), 3U); // the comment alone is gone
  EXPECT_EQ(std::get<SqlText>(data.items[1]).line, 7);
  EXPECT_EQ(script.sections[3].direction, Direction::Down);
  EXPECT_EQ(script.sections[3].data->key, "\"Id\"");
  EXPECT_EQ(script.sections[3].data->batch, 1000);
}

TEST(Parser, DownIrreversibleLeavesNoDownSection) {
  const auto script = read("-- migrate:revision a1\n-- migrate:down_revision none\n-- migrate:up\nSELECT 1;\n-- migrate:down "
                           "irreversible\n-- for good\n");
  EXPECT_TRUE(script.down_irreversible);
  EXPECT_EQ(script.sections.size(), 1U);
}

TEST(Parser, SectionsMayStandInAnyOrder) {
  const auto script = read("-- migrate:revision a1\n-- migrate:down_revision none\n-- migrate:down irreversible\n-- "
                           "migrate:up\nSELECT 1;\n-- migrate:up\nSELECT 2;\n");
  EXPECT_TRUE(script.down_irreversible);
  EXPECT_EQ(script.sections.size(), 2U);
}

TEST(Parser, AByteOrderMarkAndWindowsLineEndsChangeNothing) {
  const std::string text =
      "-- migrate:revision a1\n-- migrate:message m\n-- migrate:down_revision none\n-- migrate:up\nSELECT 'a\nb';\n";
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : text) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const auto script = read(windows);
  EXPECT_EQ(script.revision, "a1");
  EXPECT_EQ(script.message, "m");
  EXPECT_EQ(std::get<SqlText>(script.sections.at(0).items.at(0)).text, "SELECT 'a\nb';");
}

TEST(Parser, AHeaderAloneIsAScriptWithoutSections) {
  const auto script = read("-- migrate:revision a1\n-- migrate:down_revision none");
  EXPECT_TRUE(script.sections.empty());
}

TEST(Parser, ParseHeaderKeepsNoSections) {
  const auto script = parse_header("-- migrate:revision a1\n-- migrate:assert SELECT 1\n-- migrate:up\nSELECT 1;\n-- "
                                   "migrate:allow a because b\n;\n-- migrate:down irreversible\n",
                                   "a.sql");
  ASSERT_TRUE(script.has_value());
  EXPECT_EQ(script->revision, "a1");
  EXPECT_TRUE(script->sections.empty());
  EXPECT_TRUE(script->down_irreversible);
  EXPECT_EQ(script->warnings.size(), 1U);
}

TEST(Parser, WordsThatOnlyLookLikeDirectivesAreComments) {
  const auto script = read(
      "-- migrate:revision a1\n-- migrate:down_revision none\n-- migrate:up\n"
      "-- migrate the users: all of them\n--migrate:\n --migrate:down\n-- migrated:up\n--  migrate: everything\nSELECT 1;\n");
  EXPECT_EQ(script.sections.size(), 1U);
}

TEST(Parser, ManySectionsTakeLinearTime) {
  std::string text = "-- migrate:revision a1\n-- migrate:down_revision none\n";
  for (int i = 0; i < 100'000; ++i) text += "-- migrate:up\n-- migrate:allow a because b\n;\n-- migrate:assert SELECT 1\n";
  EXPECT_EQ(read(text).sections.size(), 100'000U);
}

} // namespace
} // namespace migrator::script
