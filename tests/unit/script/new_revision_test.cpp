// New revisions: ids, file names, templates.
#include <gtest/gtest.h>

#include "migrator/script/file_name.h"
#include "migrator/script/parser.h"
#include "migrator/script/revision_id.h"
#include "migrator/script/revision_template.h"

namespace migrator::script {
namespace {

constexpr std::chrono::sys_seconds kTime{std::chrono::sys_days{std::chrono::year{2026} / 3 / 7} + std::chrono::hours{4} +
                                         std::chrono::minutes{5} + std::chrono::seconds{59}};

TEST(RevisionId, IsTwelveHexDigits) {
  EXPECT_EQ(generate_revision_id([] { return std::uint64_t{0xABCD'1234'5678'9ABC}; }), "123456789abc");
  EXPECT_EQ(generate_revision_id([] { return std::uint64_t{7}; }), "000000000007");
}

struct SlugCase {
  std::string message;
  std::string slug;
};

class Slug : public testing::TestWithParam<SlugCase> {};
TEST_P(Slug, Is) {
  EXPECT_EQ(slug(GetParam().message), GetParam().slug);
}
INSTANTIATE_TEST_SUITE_P(
    , Slug,
    testing::Values(SlugCase{"Add a column", "add_a_column"}, SlugCase{"  what -- ever!? ", "what_ever"}, SlugCase{"", ""},
                    SlugCase{"!!!", ""}, SlugCase{"__init__", "init"}, SlugCase{"a__b", "a_b"},
                    SlugCase{"../../etc/passwd", "etc_passwd"}, SlugCase{"Größe ÄNDERN — jetzt", "größe_ändern_jetzt"},
                    SlugCase{"ДОБАВИТЬ таблицу", "добавить_таблицу"}, SlugCase{"テーブル、追加", "テーブル_追加"},
                    SlugCase{"bad \xFF\xC3 bytes", "bad_bytes"},
                    SlugCase{"0123456789 0123456789 0123456789 012345 789", "0123456789_0123456789_0123456789_012345"},
                    SlugCase{std::string(50, 'x'), std::string(40, 'x')}));

TEST(FileName, TimeRevisionSlug) {
  EXPECT_EQ(file_name(kTime, "ae1027a6acf0", "Add a column"), "202603070405_ae1027a6acf0_add_a_column.sql");
  EXPECT_EQ(file_name(kTime, "a1", ""), "202603070405_a1.sql");
}

TEST(RevisionTemplate, ANewRevision) {
  NewRevision revision;
  revision.revision = "a1";
  revision.message = " first\nline ";
  revision.created = kTime;
  EXPECT_EQ(render_revision(revision),
            "-- migrate:revision a1\n"
            "-- migrate:message first line\n"
            "-- migrate:down_revision none\n"
            "-- migrate:created 2026-03-07T04:05:59Z\n"
            "\n"
            "-- migrate:up\n"
            "-- The SQL of this step, each statement ended by a semicolon. `-- migrate:up dialect:sqlite` or\n"
            "-- `dialect:postgresql` makes a section for one database.\n"
            "\n"
            "-- migrate:down\n"
            "-- The SQL that takes the up section back. If nothing can, write `-- migrate:down irreversible` instead.\n");
}

TEST(RevisionTemplate, AMergeSaysThatItIsOne) {
  NewRevision revision;
  revision.revision = "m";
  revision.down_revisions = {"a", "b"};
  revision.depends_on = {"c", "shop"};
  revision.labels = {"x"};
  revision.created = kTime;
  EXPECT_EQ(render_revision(revision),
            "-- migrate:revision m\n"
            "-- migrate:down_revision a b\n"
            "-- migrate:depends_on c shop\n"
            "-- migrate:labels x\n"
            "-- migrate:created 2026-03-07T04:05:59Z\n"
            "\n"
            "-- migrate:up\n"
            "-- This revision joins branches: there is nothing to do, unless you add SQL here.\n"
            "\n"
            "-- migrate:down\n"
            "-- The SQL that takes the up section back; without any, going down only parts the branches again.\n");
}

TEST(RevisionTemplate, WhatIsWrittenCanBeRead) {
  NewRevision revision;
  revision.revision = "a1";
  revision.message = "tabs\tand \x1B escapes";
  revision.down_revisions = {"b2"};
  revision.depends_on = {"c3"};
  revision.labels = {"shop"};
  revision.created = kTime;
  Section section;
  section.dialect = Dialect::Sqlite;
  section.items.emplace_back(SqlText{"SELECT 1;", 0});
  for (const bool with_section : {false, true}) {
    if (with_section) revision.sections = {section};
    const auto script = parse(render_revision(revision), "new.sql");
    ASSERT_TRUE(script.has_value()) << script.error().text();
    EXPECT_EQ(script->revision, "a1");
    EXPECT_EQ(script->message, "tabs and   escapes");
    EXPECT_EQ(script->down_revisions, revision.down_revisions);
    EXPECT_EQ(script->depends_on, revision.depends_on);
    EXPECT_EQ(script->labels, revision.labels);
    EXPECT_EQ(script->created, "2026-03-07T04:05:59Z");
    EXPECT_EQ(script->sections.size(), with_section ? 1U : 2U);
    EXPECT_TRUE(script->warnings.empty());
  }
}

} // namespace
} // namespace migrator::script
