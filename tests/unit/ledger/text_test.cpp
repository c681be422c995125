// The SQL that we write into a history, to the letter, and the values that stand in its columns.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "migrator/ledger/entry.h"
#include "migrator/ledger/names.h"
#include "migrator/ledger/schema.h"
#include "migrator/ledger/write.h"

namespace migrator::ledger {
namespace {

constexpr Dialect kSqlite = Dialect::Sqlite;
constexpr Dialect kPostgresql = Dialect::Postgresql;

struct Quoted {
  std::string name;
  std::string text;
  std::string sqlite;
  std::string postgresql;
};

class QuoteTest : public testing::TestWithParam<Quoted> {};

TEST_P(QuoteTest, MakesALiteral) {
  EXPECT_EQ(quote_literal(GetParam().text, kSqlite), GetParam().sqlite);
  EXPECT_EQ(quote_literal(GetParam().text, kPostgresql), GetParam().postgresql);
}

INSTANTIATE_TEST_SUITE_P(Ledger, QuoteTest,
                         testing::Values(Quoted{"empty", "", "''", "''"}, Quoted{"plain", "a b", "'a b'", "'a b'"},
                                         Quoted{"quote", "it's", "'it''s'", "'it''s'"},
                                         Quoted{"only_quotes", "''", "''''''", "''''''"},
                                         Quoted{"backslash", "a\\b", "'a\\b'", "E'a\\\\b'"},
                                         Quoted{"backslash_and_quote", "\\'", "'\\'''", "E'\\\\'''"},
                                         Quoted{"line_end_and_dollar", "a\n$1$$", "'a\n$1$$'", "'a\n$1$$'"},
                                         Quoted{"utf8", "größe “x”", "'größe “x”'", "'größe “x”'"},
                                         Quoted{"comment", "-- /*", "'-- /*'", "'-- /*'"}),
                         [](const auto &param_info) { return param_info.param.name; });

TEST(QuoteIdentifier, DoublesQuotes) {
  EXPECT_EQ(quote_identifier("shop"), "\"shop\"");
  EXPECT_EQ(quote_identifier("My \"Shop\""), "\"My \"\"Shop\"\"\"");
  EXPECT_EQ(quote_identifier("a.b"), "\"a.b\"");
}

TEST(LiteralList, OfNoneMatchesNothing) {
  EXPECT_EQ(literal_list({}, kSqlite), "NULL");
  EXPECT_EQ(literal_list({"a"}, kSqlite), "'a'");
  EXPECT_EQ(literal_list({"a", "b\\", "c'"}, kPostgresql), "'a', E'b\\\\', 'c'''");
}

TEST(Tables, AreQualifiedAndNamedAfterTheVersionTable) {
  const Tables plain = tables({}, kPostgresql);
  EXPECT_EQ(plain.version, "\"public\".\"migrator_version\"");
  EXPECT_EQ(plain.journal, "\"public\".\"migrator_version_journal\"");
  EXPECT_EQ(plain.meta, "\"public\".\"migrator_version_meta\"");
  EXPECT_EQ(plain.revisions, "\"public\".\"migrator_version_revisions\"");
  EXPECT_EQ(plain.primary_key, "\"migrator_version_pkc\"");
  EXPECT_EQ(plain.journal_index, "\"migrator_version_journal_revision\"");
  EXPECT_EQ(plain.bare_journal, "\"migrator_version_journal\"");
  EXPECT_EQ(tables({}, kSqlite).version, "\"main\".\"migrator_version\"");
  const Tables named = tables({"my \"schema\"", "alembic_version"}, kPostgresql);
  EXPECT_EQ(named.schema, "\"my \"\"schema\"\"\".");
  EXPECT_EQ(named.journal, "\"my \"\"schema\"\"\".\"alembic_version_journal\"");
}

struct Change {
  std::string name;
  VersionChange change;
  std::string sql;
};

class VersionSqlTest : public testing::TestWithParam<Change> {};

TEST_P(VersionSqlTest, Writes) {
  EXPECT_EQ(version_sql(tables({"", "v"}, kSqlite), kSqlite, GetParam().change), GetParam().sql);
}

INSTANTIATE_TEST_SUITE_P(
    Ledger, VersionSqlTest,
    testing::Values(
        Change{"nothing", {}, ""}, Change{"first", {{}, {"a"}}, "INSERT INTO \"main\".\"v\" (version_num) VALUES ('a');\n"},
        Change{"next", {{"a"}, {"b"}}, "UPDATE \"main\".\"v\" SET version_num = 'b' WHERE version_num = 'a';\n"},
        Change{"merge",
               {{"a", "b"}, {"m"}},
               "DELETE FROM \"main\".\"v\" WHERE version_num IN ('a', 'b');\nINSERT INTO \"main\".\"v\" (version_num) VALUES "
               "('m');\n"},
        Change{"unmerge",
               {{"m"}, {"a", "b"}},
               "DELETE FROM \"main\".\"v\" WHERE version_num IN ('m');\nINSERT INTO \"main\".\"v\" (version_num) VALUES "
               "('a');\nINSERT INTO \"main\".\"v\" (version_num) VALUES ('b');\n"},
        Change{"last_down", {{"a"}, {}}, "DELETE FROM \"main\".\"v\" WHERE version_num IN ('a');\n"}),
    [](const auto &param_info) { return param_info.param.name; });

TEST(HeadsAre, IsTrueForTheseAlone) {
  const Tables names = tables({"", "v"}, kPostgresql);
  EXPECT_EQ(heads_are(names, kPostgresql, {}), "NOT EXISTS (SELECT 1 FROM \"public\".\"v\")");
  EXPECT_EQ(heads_are(names, kPostgresql, {"a", "b"}), "(SELECT count(*) FROM \"public\".\"v\") = 2 AND (SELECT count(*) FROM "
                                                       "\"public\".\"v\" WHERE version_num IN ('a', 'b')) = 2");
}

Entry full_entry() {
  Entry entry;
  entry.revision = "b";
  entry.parents = {"a"};
  entry.depends_on = {"x"};
  entry.labels = {"shop"};
  entry.message = "it's b\\";
  entry.up_checksum = "v1:up";
  entry.down_checksum = "v1:down";
  entry.down_sections = "-- migrate:down\nDROP TABLE b;\n";
  entry.statements_done = 1;
  entry.statements_total = 2;
  entry.statement_checksums = {"v1:one"};
  entry.error = "42P01 no";
  entry.run_id = "run-1";
  entry.plan_hash = "v1:plan";
  entry.backup_id = "backup-1";
  entry.who = "anna";
  entry.host = "laptop";
  entry.tool_version = "0.1.0";
  entry.started_at = "2026-01-02T03:04:05.678Z";
  entry.duration_ms = 12;
  return entry;
}

TEST(InsertSql, WritesEveryColumn) {
  EXPECT_EQ(
      insert_sql(tables({"", "v"}, kSqlite), kSqlite, full_entry(), {"b"}),
      "INSERT INTO \"main\".\"v_journal\" (revision, direction, outcome, parents, depends_on, labels, message, up_checksum, "
      "down_checksum, down_format, down_sections, statements_done, statements_total, statement_checksums, progress, error, "
      "heads_after, run_id, plan_hash, backup_id, who, host, tool_version, started_at, duration_ms) VALUES "
      "('b', 'up', 'done', '[\"a\"]', '[\"x\"]', '[\"shop\"]', 'it''s b\\', 'v1:up', 'v1:down', 1, "
      "'-- migrate:down\nDROP TABLE b;\n', 1, 2, '[\"v1:one\"]', '{}', '42P01 no', (SELECT CASE WHEN (SELECT count(*) FROM "
      "\"main\".\"v\") = 1 AND (SELECT count(*) FROM \"main\".\"v\" WHERE version_num IN ('b')) = 1 THEN '[\"b\"]' END), "
      "'run-1', "
      "'v1:plan', 'backup-1', 'anna', 'laptop', '0.1.0', '2026-01-02T03:04:05.678Z', 12);\n");
}

TEST(InsertSql, WritesNullForWhatIsNotKnown) {
  Entry entry;
  entry.revision = "b";
  entry.motion = Motion::Down;
  entry.outcome = Outcome::Partial;
  EXPECT_EQ(
      insert_sql(tables({"s", "v"}, kPostgresql), kPostgresql, entry, {}),
      "INSERT INTO \"s\".\"v_journal\" (revision, direction, outcome, parents, depends_on, labels, message, up_checksum, "
      "down_checksum, down_format, down_sections, statements_done, statements_total, statement_checksums, progress, error, "
      "heads_after, run_id, plan_hash, backup_id, who, host, tool_version, started_at, duration_ms) VALUES "
      "('b', 'down', 'partial', '[]', '[]', '[]', '', NULL, NULL, NULL, NULL, 0, 0, '[]', '{}', NULL, (SELECT CASE WHEN NOT "
      "EXISTS (SELECT 1 FROM \"s\".\"v\") THEN '[]' END), '', NULL, NULL, '', '', '', '', 0);\n");
}

TEST(UpdatePartialSql, ChangesTheOnePartialRow) {
  Entry entry = full_entry();
  entry.outcome = Outcome::Partial;
  entry.progress.begun_checksum = "v1:two";
  entry.progress.begun_keyword = "VACUUM";
  EXPECT_EQ(
      update_partial_sql(tables({"", "v"}, kSqlite), kSqlite, entry, {}),
      "UPDATE \"main\".\"v_journal\" SET outcome = 'partial', up_checksum = 'v1:up', down_checksum = 'v1:down', down_format = 1, "
      "down_sections = '-- migrate:down\nDROP TABLE b;\n', statements_done = 1, statements_total = 2, statement_checksums = "
      "'[\"v1:one\"]', progress = '{\"begun\":{\"checksum\":\"v1:two\",\"keyword\":\"VACUUM\"}}', error = '42P01 no', "
      "heads_after = "
      "(SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM \"main\".\"v\") THEN '[]' END), run_id = 'run-1', plan_hash = 'v1:plan', "
      "backup_id = 'backup-1', duration_ms = 12 WHERE revision = 'b' AND outcome = 'partial';\n");
}

TEST(MetaSql, SetsOrReplaces) {
  EXPECT_EQ(meta_sql(tables({"", "v"}, kSqlite), kSqlite, "owner", "it's"),
            "INSERT INTO \"main\".\"v_meta\" (key, value) VALUES ('owner', 'it''s') ON CONFLICT (key) DO UPDATE SET value = "
            "excluded.value;\n");
}

TEST(AbandonPartialSql, TouchesPartialRowsOnly) {
  EXPECT_EQ(abandon_partial_sql(tables({"", "v"}, kSqlite), kSqlite),
            "UPDATE \"main\".\"v_journal\" SET outcome = 'abandoned' WHERE outcome = 'partial';\n");
}

TEST(Names, OfMotionsAndOutcomes) {
  EXPECT_EQ(name(Motion::Up), "up");
  EXPECT_EQ(name(Motion::Down), "down");
  EXPECT_EQ(name(Motion::Stamp), "stamp");
  EXPECT_EQ(name(Motion::Adopt), "adopt");
  EXPECT_EQ(name(Outcome::Done), "done");
  EXPECT_EQ(name(Outcome::Partial), "partial");
  EXPECT_EQ(name(Outcome::Failed), "failed");
  EXPECT_EQ(name(Outcome::Abandoned), "abandoned");
  EXPECT_EQ(name(Outcome::Restored), "restored");
}

void expect_same(const Progress &left, const Progress &right) {
  EXPECT_EQ(left.begun_checksum, right.begun_checksum);
  EXPECT_EQ(left.begun_keyword, right.begun_keyword);
  EXPECT_EQ(left.batch_name, right.batch_name);
  EXPECT_EQ(left.last_key, right.last_key);
  EXPECT_EQ(left.upper_key, right.upper_key);
  EXPECT_EQ(left.rows, right.rows);
}

TEST(ProgressJson, OfNothingIsAnEmptyObject) {
  EXPECT_EQ(to_json(Progress{}), "{}");
  expect_same(progress_from_json("{}"), Progress{});
}

TEST(ProgressJson, KeepsABatch) {
  Progress progress;
  progress.begun_checksum = "v1:c";
  progress.begun_keyword = "UPDATE";
  progress.batch_name = "fill";
  progress.last_key = "";
  progress.upper_key = "z";
  progress.rows = 9'000'000'000;
  EXPECT_EQ(to_json(progress), "{\"batch\":{\"last_key\":\"\",\"name\":\"fill\",\"rows\":9000000000,\"upper_key\":\"z\"},"
                               "\"begun\":{\"checksum\":\"v1:c\",\"keyword\":\"UPDATE\"}}");
  expect_same(progress_from_json(to_json(progress)), progress);
}

TEST(ProgressJson, OtherTextIsNoProgress) {
  for (const std::string text :
       {"", "x", "[]", "null", "{\"batch\":3}", "{\"begun\":[]}", "{\"batch\":{\"name\":1,\"rows\":\"a\"}}"})
    expect_same(progress_from_json(text), Progress{});
}

RC_GTEST_PROP(ProgressJson, ComesBackAsItWas, ()) {
  const auto text = rc::gen::container<std::string>(rc::gen::inRange<char>(0, 127));
  Progress progress;
  progress.begun_checksum = *text;
  if (!progress.begun_checksum.empty()) progress.begun_keyword = *text;
  progress.batch_name = *text;
  if (!progress.batch_name.empty()) {
    if (*rc::gen::arbitrary<bool>()) progress.last_key = *text;
    if (*rc::gen::arbitrary<bool>()) progress.upper_key = *text;
    progress.rows = *rc::gen::arbitrary<std::int64_t>();
  }
  const std::string json = to_json(progress);
  RC_ASSERT(json.find('\n') == std::string::npos);
  expect_same(progress_from_json(json), progress);
}

} // namespace
} // namespace migrator::ledger
