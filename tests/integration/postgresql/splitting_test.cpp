// Where PostgreSQL's statements begin and end, with libpg_query and without.
#include "migrator/database/postgresql/splitting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace migrator::database::postgresql {
namespace {

struct Case {
  std::string name;
  std::string sql;
  std::vector<std::string> statements;
  std::vector<int> lines;
  std::vector<std::string> copy_data = {}; // of the statements that have some
};

std::ostream &operator<<(std::ostream &out, const Case &one) {
  return out << one.name;
}

const std::string kAtomic = "CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC\n"
                            " SELECT CASE WHEN a > 1 THEN 2 END;\n SELECT 1 AS end;\nEND";
const std::string kNested =
    "CREATE FUNCTION g() RETURNS void LANGUAGE plpgsql AS $outer$ BEGIN EXECUTE $in$SELECT ';';$in$; END; $outer$";
const std::string kRule = "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO u VALUES (1); DELETE FROM v; )";

const std::vector<Case> kCases = {
    {"Two", "SELECT 1; SELECT 2;", {"SELECT 1", "SELECT 2"}, {1, 1}},
    {"NoLastSemicolon", "SELECT 1;\nSELECT 2 -- end", {"SELECT 1", "SELECT 2"}, {1, 2}},
    {"Nothing", ";; -- comment ;\n/* ; /* nested; */ ; */ ;\n", {}, {}},
    {"CommentsAround", "-- a;\n/* b */ SELECT /* ; */ 1 -- c;\n;\n\nSELECT 2", {"SELECT /* ; */ 1", "SELECT 2"}, {2, 5}},
    {"HintStays", "-- a\n/*+ SeqScan(t) */ SELECT 1;", {"/*+ SeqScan(t) */ SELECT 1"}, {2}},
    {"Quotes",
     "SELECT ';', 'it''s;', \";\"\";\", E'\\';', U&'\\003B;', U&\"d;\", B'1'; SELECT 2",
     {"SELECT ';', 'it''s;', \";\"\";\", E'\\';', U&'\\003B;', U&\"d;\", B'1'", "SELECT 2"},
     {1, 1}},
    {"BackslashEndsAPlainString", "SELECT '\\'; SELECT 2;", {"SELECT '\\'", "SELECT 2"}, {1, 1}},
    {"DollarQuotes",
     "SELECT $$;$$, $a$ $b$;$a$; SELECT a$b, c$d FROM t; SELECT $1;",
     {"SELECT $$;$$, $a$ $b$;$a$", "SELECT a$b, c$d FROM t", "SELECT $1"},
     {1, 1, 1}},
    {"NestedDollarQuotes", kNested + ";\nSELECT 1;", {kNested, "SELECT 1"}, {1, 2}},
    {"BeginAtomic", kAtomic + ";\nSELECT 1;", {kAtomic, "SELECT 1"}, {1, 5}},
    {"RuleWithSeveralCommands", kRule + "; SELECT 1;", {kRule, "SELECT 1"}, {1, 1}},
    {"BeginIsAPlainWordElsewhere",
     "CREATE TABLE begin_atomic (atomic int); SELECT 1",
     {"CREATE TABLE begin_atomic (atomic int)", "SELECT 1"},
     {1, 1}},
    {"JsonTable",
     "SELECT * FROM JSON_TABLE('{}', '$' COLUMNS (a int PATH '$.a;')); SELECT 1;",
     {"SELECT * FROM JSON_TABLE('{}', '$' COLUMNS (a int PATH '$.a;'))", "SELECT 1"},
     {1, 1}},
    {"MergeReturning",
     "MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN DELETE RETURNING merge_action(), t.*;\nSELECT 2;",
     {"MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN DELETE RETURNING merge_action(), t.*", "SELECT 2"},
     {1, 2}},
    {"VirtualColumnBesideAtomic",
     "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a) VIRTUAL);\n" + kAtomic + ";",
     {"CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a) VIRTUAL)", kAtomic},
     {1, 2}},
    {"SyntaxErrorIsLeftToTheServer", "SELEKT 1; SELECT 2;", {"SELEKT 1", "SELECT 2"}, {1, 1}},
    {"Restrict", "\\restrict aBc\n\nSELECT 1;\n\\unrestrict aBc\n", {"SELECT 1"}, {3}},
    {"CopyData",
     "COPY public.t (a, b) FROM stdin;\n1\tit's; \\N\n-- no comment\n\\.\n\nSELECT 1;",
     {"COPY public.t (a, b) FROM stdin", "SELECT 1"},
     {1, 6},
     {"1\tit's; \\N\n-- no comment\n"}},
    {"CopyNoRows", "COPY t FROM STDIN;\n\\.\nSELECT 1;", {"COPY t FROM STDIN", "SELECT 1"}, {1, 3}, {""}},
    {"CopyTwice",
     "COPY t FROM stdin (FORMAT csv);\n\"a;\nb\"\n\\.\nCOPY u FROM stdin;\n\\\\.\n\\.\n",
     {"COPY t FROM stdin (FORMAT csv)", "COPY u FROM stdin"},
     {1, 5},
     {"\"a;\nb\"\n", "\\\\.\n"}},
    {"CopyFromFileHasNoData", "COPY t FROM '/x';\nSELECT 1;", {"COPY t FROM '/x'", "SELECT 1"}, {1, 2}},
    {"CopyOfAQueryHasNoData",
     "COPY (SELECT 1 FROM stdin) TO '/x';\nSELECT 1;",
     {"COPY (SELECT 1 FROM stdin) TO '/x'", "SELECT 1"},
     {1, 2}},
};

class Splitting : public testing::TestWithParam<Case> {};

void expect_cuts(const Case &expected, CutBy how) {
  const script::SqlText text{expected.sql, 1};
  const auto cuts = cut_statements(text, "file.sql", how);
  ASSERT_TRUE(cuts) << cuts.error().text();
  std::vector<std::string> texts;
  std::vector<int> lines;
  std::vector<std::string> data;
  for (const Cut &cut : *cuts) {
    texts.push_back(expected.sql.substr(cut.begin, cut.end - cut.begin));
    lines.push_back(cut.line);
    if (cut.copy_data) data.emplace_back(*cut.copy_data);
  }
  EXPECT_EQ(texts, expected.statements);
  EXPECT_EQ(lines, expected.lines);
  EXPECT_EQ(data, expected.copy_data);
}

TEST_P(Splitting, WithTheParser) {
  expect_cuts(GetParam(), CutBy::Parser);
}

TEST_P(Splitting, ByOurRulesAlone) {
  expect_cuts(GetParam(), CutBy::Tokenizer);
}

INSTANTIATE_TEST_SUITE_P(Texts, Splitting, testing::ValuesIn(kCases), [](const auto &one) { return one.param.name; });

struct Refusal {
  std::string name;
  std::string sql;
  std::string text;
};

std::ostream &operator<<(std::ostream &out, const Refusal &one) {
  return out << one.name;
}

class SplittingRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(SplittingRefuses, WithPositionAndAdvice) {
  const auto cuts = cut_statements({GetParam().sql, 10}, "file.sql");
  ASSERT_FALSE(cuts);
  EXPECT_EQ(cuts.error().code, ErrorCode::InvalidRevisionFile);
  EXPECT_EQ(cuts.error().text(), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, SplittingRefuses,
    testing::Values(
        Refusal{"OpenString", "SELECT 1;\nSELECT 'open;",
                "file.sql:11: a quoted text that begins here never ends: close it with '"},
        Refusal{"OpenName", "SELECT \"open", "file.sql:10: a quoted name that begins here never ends: close it with \""},
        Refusal{"OpenDollar", "\nSELECT $a$ $$",
                "file.sql:11: a dollar-quoted text that begins here never ends: repeat its opening tag to close it"},
        Refusal{"OpenComment", "SELECT 1; /* /* */", "file.sql:10: a comment that begins here never ends: close it with */"},
        Refusal{"OpenParenthesis", "SELECT 1;\nSELECT (1;\nSELECT 2;",
                "file.sql:11: a parenthesis that opens here is never closed: close it"},
        Refusal{"OpenBody", "CREATE FUNCTION f() RETURNS int\nBEGIN ATOMIC SELECT 1; SELECT 2;",
                "file.sql:11: BEGIN ATOMIC has no END: close the routine's body"},
        Refusal{"Psql", "SELECT 1;\n\\connect shop\n",
                "file.sql:11: \\connect is a command of psql, not SQL: take it out, or write the SQL that it stands for"},
        Refusal{"PsqlInside", "SELECT 1 \\gset", "file.sql:10: a psql command cannot stand inside a statement: take it out"},
        Refusal{"CopyWithoutEnd", "\nCOPY t FROM stdin;\n1\n2\n",
                "file.sql:11: the data of this COPY … FROM stdin never ends: a line with \\. alone must follow it"},
        Refusal{"CopyWithoutData", "COPY t FROM stdin;",
                "file.sql:10: the data of this COPY … FROM stdin never ends: a line with \\. alone must follow it"},
        Refusal{"CopyWithoutSemicolon", "COPY t FROM stdin",
                "file.sql:10: the data of this COPY … FROM stdin never ends: a line with \\. alone must follow it"},
        Refusal{"SqlOnTheLineOfCopy", "COPY t FROM stdin; SELECT 1;\n\\.\n",
                "file.sql:10: nothing may stand on the line of COPY … FROM stdin after its semicolon: begin a new line after the "
                "data"}),
    [](const auto &one) { return one.param.name; });

// Pieces of bounded size go to the parser; a text of many of them must be cut as one.
TEST(SplittingLargeTexts, IsCutInTheSamePlaces) {
  std::string sql;
  constexpr int kStatements = 40000;
  for (int i = 0; i < kStatements; ++i)
    sql += "INSERT INTO t (a, b) VALUES (" + std::to_string(i) + ", 'some text; and ''more''');\n";
  const script::SqlText text{sql, 1};
  const auto cuts = cut_statements(text, "file.sql");
  ASSERT_TRUE(cuts) << cuts.error().text();
  ASSERT_EQ(cuts->size(), static_cast<std::size_t>(kStatements));
  EXPECT_EQ(cuts->back().line, kStatements);
  EXPECT_EQ(sql.substr(cuts->back().begin, 6), "INSERT");
}

} // namespace
} // namespace migrator::database::postgresql
