// What the journal keeps of the way back, and that it is the way back.
#include "migrator/script/down_text.h"

#include <gtest/gtest.h>

#include "migrator/script/checksum.h"
#include "migrator/script/parser.h"
#include "migrator/script/sections.h"

namespace migrator::script {
namespace {

Script read(const std::string &sections) {
  auto script = parse("-- migrate:revision a1\n-- migrate:down_revision b2\n" + sections, "a.sql");
  EXPECT_TRUE(script.has_value()) << (script ? "" : script.error().text());
  return script ? *script : Script();
}

Script header() {
  Script header;
  header.revision = "a1";
  header.down_revisions = {"b2"};
  header.down_revision_given = true;
  header.labels = {"shop"};
  return header;
}

const std::string kSections = "-- migrate:up\nSELECT 1;\n"
                              "-- migrate:down dialect:sqlite foreign_keys:on\n"
                              "DROP TABLE t;\n"
                              "-- migrate:down dialect:postgresql transaction:false lock_timeout:1500ms statement_timeout:1h\n"
                              "\n  -- why\n"
                              "DROP INDEX CONCURRENTLY i;\n"
                              "-- migrate:allow drop because it is ours\n"
                              "-- migrate:assert SELECT true;\n"
                              "SELECT 'a\n  b';\n\n"
                              "-- migrate:data name:fill table:t key:\"the key\" batch:7\n"
                              "UPDATE t SET a = NULL WHERE id > :from AND id <= :to;\n";

TEST(DownText, RendersWhatAppliesToTheDialect) {
  const auto script = read(kSections);
  EXPECT_EQ(render_down(script, Dialect::Postgresql),
            "-- migrate:down dialect:postgresql transaction:false lock_timeout:1500ms statement_timeout:1h\n"
            "-- migrate:allow drop because it is ours\n"
            "  -- why\n"
            "DROP INDEX CONCURRENTLY i;\n"
            "-- migrate:assert SELECT true\n"
            "SELECT 'a\n  b';\n"
            "-- migrate:data name:fill table:t key:\"the key\" batch:7\n"
            "UPDATE t SET a = NULL WHERE id > :from AND id <= :to;\n");
  EXPECT_EQ(render_down(script, Dialect::Sqlite), "-- migrate:down dialect:sqlite foreign_keys:on\n"
                                                  "DROP TABLE t;\n"
                                                  "-- migrate:data name:fill table:t key:\"the key\" batch:7\n"
                                                  "UPDATE t SET a = NULL WHERE id > :from AND id <= :to;\n");
}

TEST(DownText, ParsedAgainItIsTheSameWayBack) {
  const auto script = read(kSections);
  for (const auto dialect : {Dialect::Sqlite, Dialect::Postgresql}) {
    const auto text = render_down(script, dialect);
    const auto again = parse_down(text, kDownFormat, header());
    ASSERT_TRUE(again.has_value()) << again.error().text();
    EXPECT_EQ(render_down(*again, dialect), text);
    EXPECT_EQ(checksum(*again, Direction::Down, dialect), checksum(script, Direction::Down, dialect));
    EXPECT_EQ(again->revision, "a1");
    EXPECT_EQ(again->down_revisions, std::vector<std::string>{"b2"});
    EXPECT_EQ(again->labels, std::vector<std::string>{"shop"});
    EXPECT_EQ(again->path, "journal of a1");
    EXPECT_TRUE(again->warnings.empty());
  }
}

TEST(DownText, DataOfASectionOfAnotherDialectKeepsItsDirection) {
  const auto script =
      read("-- migrate:down dialect:sqlite\n-- migrate:data name:n table:t key:k\nDELETE FROM t WHERE k > :from AND k <= :to\n");
  const auto again = parse_down(render_down(script, Dialect::Postgresql), kDownFormat, header());
  ASSERT_TRUE(again.has_value()) << again.error().text();
  ASSERT_EQ(again->sections.size(), 1U);
  EXPECT_EQ(again->sections[0].direction, Direction::Down);
}

TEST(DownText, IrreversibleStaysIrreversible) {
  const auto script = read("-- migrate:up\n-- migrate:down irreversible\n");
  EXPECT_EQ(render_down(script, Dialect::Sqlite), "-- migrate:down irreversible\n");
  const auto again = parse_down("-- migrate:down irreversible\n", kDownFormat, header());
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->down_irreversible);
}

TEST(DownText, NoDownSectionIsNoText) {
  const auto script = read("-- migrate:up\n-- migrate:down dialect:sqlite\n");
  EXPECT_EQ(render_down(script, Dialect::Postgresql), "");
  const auto again = parse_down("", kDownFormat, header());
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(is_irreversible(*again, Dialect::Postgresql));
}

TEST(DownText, AFormatOfALaterVersionIsNotGuessedAt) {
  const auto again = parse_down("", 2, header());
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code, ErrorCode::Irreversible);
  EXPECT_EQ(again.error().text(), "the journal keeps the down sections of revision a1 in format 2, this version reads format 1: "
                                  "use the migrator that applied "
                                  "the revision, or a newer one, or a folder that has its file");
}

TEST(DownText, OtherThingsThanDownSectionsAreRefused) {
  EXPECT_EQ(parse_down("-- migrate:up\n", kDownFormat, header()).error().text(),
            "journal of a1:1: an up section among down sections");
  EXPECT_EQ(parse_down("-- migrate:revision a\n", kDownFormat, header()).error().text(),
            "journal of a1:1: `revision` among down sections");
  EXPECT_EQ(parse_down("-- migrate:assert SELECT 1\n", kDownFormat, header()).error().text(),
            "journal of a1:1: `assert` before the first section");
  EXPECT_EQ(parse_down("SELECT 1;\n", kDownFormat, header()).error().text(),
            "journal of a1:1: SQL before the first section: write `-- migrate:up` above it");
}

} // namespace
} // namespace migrator::script
