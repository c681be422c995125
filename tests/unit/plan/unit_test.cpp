#include "migrator/plan/unit.h"

#include <gtest/gtest.h>

#include "tests/unit/plan/plans.h"

namespace migrator::plan {
namespace {

Result<std::vector<StepItem>> items_of(const script::Script &script, Direction direction = Direction::Up,
                                       Dialect dialect = Dialect::Sqlite) {
  return step_items(script, direction, dialect, LineDialect());
}

struct Grouped {
  std::string name;
  std::string sections; // all of them up
  Texts units;
  int done = 0;
  bool begun = false;
};

class GroupTest : public testing::TestWithParam<Grouped> {};

TEST_P(GroupTest, MakesTheseUnits) {
  const script::Script script = parsed("-- migrate:revision r\n-- migrate:down_revision none\n" + GetParam().sections);
  const auto items = items_of(script);
  ASSERT_TRUE(items) << items.error().text();
  EXPECT_EQ(described(group(*items, GetParam().done, GetParam().begun)), GetParam().units);
}

const std::string kUp = "-- migrate:up\n";
const std::string kBare = "-- migrate:up transaction:false\n";
const std::string kData = "-- migrate:data name:n table:t key:k\nUPDATE t SET a = 1 WHERE k > :from AND k <= :to;\n";
const std::string kBatch = "batch [n]: UPDATE t SET a = 1 WHERE k > :from AND k <= :to";
const std::string kMixed = kUp + "one;\n-- migrate:assert SELECT 1\ntwo;\n" + kBare +
                           "-- migrate:assert SELECT 2\nVACUUM;\n-- migrate:assert SELECT 3\nfour;\n" + kUp +
                           "-- migrate:assert SELECT 4\nfive;\n-- migrate:assert SELECT 5\n";

INSTANTIATE_TEST_SUITE_P(
    Unit, GroupTest,
    testing::Values(
        Grouped{"nothing_is_one_empty_transaction", kUp, {"transaction: "}},
        Grouped{"adjacent_sections_share", kUp + "one;\ntwo;\n" + kUp + "three;\n", {"transaction: one; two; three"}},
        Grouped{"an_empty_section_does_not_part", kUp + "one;\n" + kUp + kUp + "two;\n", {"transaction: one; two"}},
        Grouped{"other_dialects_are_left_out",
                kUp + "one;\n-- migrate:up dialect:postgresql transaction:false\nVACUUM;\n-- migrate:up dialect:sqlite\ntwo;\n",
                {"transaction: one; two"}},
        Grouped{"down_sections_are_left_out",
                kUp + "one;\n-- migrate:down transaction:false\nVACUUM;\n" + kUp + "two;\n",
                {"transaction: one; two"}},
        Grouped{"bare_statements_stand_alone",
                kBare + "VACUUM;\none;\nCALL p();\ntwo;\n",
                {"bare: VACUUM", "transaction: one", "bare: CALL p()", "transaction: two"}},
        Grouped{"call_is_bare_only_without_a_transaction", kUp + "CALL p();\none;\n", {"transaction: CALL p(); one"}},
        Grouped{"transaction_false_ends_it",
                kUp + "one;\n" + kBare + "two;\n" + kUp + "three;\n",
                {"transaction: one", "transaction: two", "transaction: three"}},
        Grouped{"an_empty_transaction_false_ends_it_too",
                kUp + "one;\n" + kBare + kUp + "two;\n",
                {"transaction: one", "transaction: two"}},
        Grouped{"data_ends_it", kUp + "one;\n" + kData + kUp + "two;\n", {"transaction: one", kBatch, "transaction: two"}},
        Grouped{"data_alone", kUp + kData, {kBatch}},
        Grouped{"data_twice",
                kUp + kData + "-- migrate:data name:m table:t key:k\nDELETE FROM t WHERE k > :from AND k <= :to;\n",
                {kBatch, "batch [m]: DELETE FROM t WHERE k > :from AND k <= :to"}},
        Grouped{"foreign_keys_end_it_on_both_sides",
                kUp + "one;\n-- migrate:up foreign_keys:on\ntwo;\n-- migrate:up foreign_keys:on\nthree;\n" + kUp + "four;\n",
                {"transaction: one", "transaction [fk]: two; three", "transaction: four"}},
        Grouped{"foreign_keys_without_a_transaction",
                "-- migrate:up foreign_keys:on transaction:false\nVACUUM;\none;\n",
                {"bare [fk]: VACUUM", "transaction [fk]: one"}},
        Grouped{"timeouts_of_the_first_section_are_the_units",
                "-- migrate:up lock_timeout:2s statement_timeout:1m\none;\n",
                {"transaction [lock 2000 statement 60000]: one"}},
        Grouped{"timeouts_change_inside_a_transaction",
                "-- migrate:up lock_timeout:2s\none;\n-- migrate:up lock_timeout:2s\ntwo;\n-- migrate:up "
                "statement_timeout:5ms\nthree;\n" +
                    kUp + "four;\n",
                {"transaction [lock 2000]: one; two; < statement 5>; three; <>; four"}},
        Grouped{"timeouts_of_an_empty_section_do_not_matter",
                kUp + "one;\n-- migrate:up lock_timeout:9s\n" + kUp + "two;\n",
                {"transaction: one; two"}},
        Grouped{"timeouts_start_anew_with_each_unit",
                "-- migrate:up lock_timeout:2s\none;\n-- migrate:up lock_timeout:3s transaction:false\nVACUUM;\n"
                "-- migrate:up lock_timeout:2s\ntwo;\n",
                {"transaction [lock 2000]: one", "bare [lock 3000]: VACUUM", "transaction [lock 2000]: two"}},
        Grouped{"preconditions_come_first_in_the_first_transaction",
                "-- migrate:assert SELECT 1\n" + kUp + "one;\n",
                {"transaction: assert SELECT 1; one"}},
        Grouped{"preconditions_before_a_bare_statement_are_checked_apart",
                "-- migrate:assert SELECT 1\n" + kBare + "VACUUM;\n",
                {"check: assert SELECT 1", "bare: VACUUM"}},
        Grouped{"preconditions_before_data", "-- migrate:assert SELECT 1\n" + kUp + kData, {"check: assert SELECT 1", kBatch}},
        Grouped{"a_precondition_has_no_timeouts",
                "-- migrate:assert SELECT 1\n-- migrate:up lock_timeout:2s\none;\n",
                {"transaction: assert SELECT 1; < lock 2000>; one"}},
        Grouped{"only_asserts_move_the_version_row", kUp + "-- migrate:assert SELECT 1\n", {"transaction: assert SELECT 1"}},
        Grouped{"asserts_stand_where_they_are_written",
                kMixed,
                {"transaction: one; assert SELECT 1; two", "check: assert SELECT 2", "bare: VACUUM", "check: assert SELECT 3",
                 "transaction: four", "transaction: assert SELECT 4; five; assert SELECT 5"}},
        Grouped{"the_last_assert_after_a_bare_statement_is_the_last_transaction",
                kBare + "VACUUM;\n-- migrate:assert SELECT 1\n-- migrate:assert SELECT 2\n",
                {"bare: VACUUM", "check: assert SELECT 1", "transaction: assert SELECT 2"}},
        Grouped{"asserts_alone_between_others_are_a_check",
                kUp + kData + kUp + "-- migrate:assert SELECT 1\n" + kBare + "VACUUM;\n",
                {kBatch, "check: assert SELECT 1", "bare: VACUUM"}},
        Grouped{"an_assert_in_a_data_section",
                kUp + "-- migrate:data name:n table:t key:k\n-- migrate:assert SELECT 1\n" + kData.substr(kData.find('\n') + 1) +
                    "-- migrate:assert SELECT 2\n",
                {"check: assert SELECT 1", kBatch, "transaction: assert SELECT 2"}}),
    [](const auto &param_info) { return param_info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Resumed, GroupTest,
    testing::Values(
        Grouped{"after_none",
                kMixed,
                {"transaction: one; assert SELECT 1; two", "check: assert SELECT 2", "bare: VACUUM", "check: assert SELECT 3",
                 "transaction: four", "transaction: assert SELECT 4; five; assert SELECT 5"}},
        Grouped{"asserts_before_the_last_done_are_left_out",
                kMixed,
                {"check: assert SELECT 2", "bare: VACUUM", "check: assert SELECT 3", "transaction: four",
                 "transaction: assert SELECT 4; five; assert SELECT 5"},
                2},
        Grouped{"asserts_before_one_that_was_begun_are_left_out",
                kMixed,
                {"bare: VACUUM", "check: assert SELECT 3", "transaction: four",
                 "transaction: assert SELECT 4; five; assert SELECT 5"},
                2,
                true},
        Grouped{"in_the_middle_of_a_section",
                kMixed,
                {"check: assert SELECT 3", "transaction: four", "transaction: assert SELECT 4; five; assert SELECT 5"},
                3},
        Grouped{"before_the_last", kMixed, {"transaction: assert SELECT 4; five; assert SELECT 5"}, 4},
        Grouped{"asserts_at_the_end_are_left", kMixed, {"transaction: assert SELECT 5"}, 5},
        Grouped{"nothing_is_left", kUp + "one;\n", {"transaction: "}, 1},
        Grouped{"more_than_there_is", kUp + "one;\n", {"transaction: "}, 7},
        Grouped{"the_first_was_begun", "-- migrate:assert SELECT 1\n" + kBare + "VACUUM;\n", {"bare: VACUUM"}, 0, true},
        Grouped{"data_was_begun", "-- migrate:assert SELECT 1\n" + kUp + kData, {kBatch}, 0, true},
        Grouped{"a_part_of_a_transaction_keeps_its_timeouts",
                "-- migrate:up lock_timeout:2s\none;\ntwo;\n",
                {"transaction [lock 2000]: two"},
                1}),
    [](const auto &param_info) { return param_info.param.name; });

// Every sequence of up to three sections of every kind, against the law as the design words it.
enum class Kind { Shared, Timeouts, ForeignKeys, Alone, Bare, Data, Empty, EmptyAlone };
constexpr Kind kKinds[] = {Kind::Shared, Kind::Timeouts, Kind::ForeignKeys, Kind::Alone,
                           Kind::Bare,   Kind::Data,     Kind::Empty,       Kind::EmptyAlone};

struct Line {
  std::string text;
  std::size_t section;
};

std::string section_of(Kind kind, std::size_t number, std::vector<Line> &lines) {
  const auto sql = [&](const std::string &head, std::initializer_list<std::string> texts) {
    std::string out = head + "\n";
    for (const std::string &text : texts) {
      lines.push_back(Line{fmt::format("{} {}", text, number), number});
      out += lines.back().text + ";\n";
    }
    return out;
  };
  switch (kind) {
  case Kind::Shared:
    return sql("-- migrate:up", {"a", "b"});
  case Kind::Timeouts:
    return sql("-- migrate:up lock_timeout:1s", {"a", "b"});
  case Kind::ForeignKeys:
    return sql("-- migrate:up foreign_keys:on", {"a", "b"});
  case Kind::Alone:
    return sql("-- migrate:up transaction:false", {"a", "b"});
  case Kind::Bare:
    return sql("-- migrate:up transaction:false", {"VACUUM a", "VACUUM b"});
  case Kind::Data:
    return sql("-- migrate:data name:n" + std::to_string(number) + " table:t key:k", {"UPDATE t SET a = :from, b = :to"});
  case Kind::Empty:
    return "-- migrate:up\n";
  case Kind::EmptyAlone:
    return "-- migrate:up transaction:false\n";
  }
  return "";
}

bool transactional(Kind kind) {
  return kind == Kind::Shared || kind == Kind::Timeouts || kind == Kind::ForeignKeys || kind == Kind::Empty;
}

bool share(const std::vector<Kind> &kinds, const Line &left, const Line &right) {
  if (!transactional(kinds[left.section]) || !transactional(kinds[right.section])) return false;
  if ((kinds[left.section] == Kind::ForeignKeys) != (kinds[right.section] == Kind::ForeignKeys)) return false;
  for (std::size_t between = left.section; between < right.section; ++between)
    if (!transactional(kinds[between])) return false;
  return true;
}

void check_law(const std::vector<Kind> &kinds) {
  std::vector<Line> lines;
  std::string text = "-- migrate:revision r\n-- migrate:down_revision none\n-- migrate:up\n";
  for (std::size_t at = 0; at < kinds.size(); ++at) text += section_of(kinds[at], at, lines);
  SCOPED_TRACE(text);
  const script::Script script = parsed(text);
  const auto items = items_of(script);
  ASSERT_TRUE(items) << items.error().text();
  std::vector<Texts> wanted;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    if (at == 0 || !share(kinds, lines[at - 1], lines[at])) wanted.emplace_back();
    wanted.back().push_back(lines[at].text);
  }
  if (wanted.empty()) wanted.emplace_back();
  std::vector<Texts> got;
  for (const Unit &unit : group(*items)) {
    got.emplace_back();
    for (const UnitItem &item : unit.items)
      if (const auto *statement = std::get_if<database::Statement>(&item)) got.back().push_back(statement->text);
    EXPECT_EQ(unit.statement_count(), static_cast<int>(got.back().size()));
  }
  EXPECT_EQ(got, wanted);
}

TEST(GroupLaw, EverySequenceOfThreeSections) {
  for (const Kind one : kKinds) {
    check_law({one});
    for (const Kind two : kKinds) {
      check_law({one, two});
      for (const Kind three : kKinds) check_law({one, two, three});
    }
  }
}

TEST(GroupForeignKeys, AreCheckedUnlessEveryStatementKeepsThem) {
  const script::Script script = parsed("-- migrate:revision r\n-- migrate:down_revision none\n-- migrate:up\nCREATE TABLE a;\n"
                                       "-- migrate:up transaction:false\nCREATE TABLE b;\nUPDATE b;\nVACUUM;\n"
                                       "-- migrate:up\nCREATE TABLE c;\nINSERT INTO c;\nCREATE TABLE d;\n");
  const auto items = items_of(script);
  ASSERT_TRUE(items);
  std::vector<bool> checked;
  for (const Unit &unit : group(*items)) checked.push_back(unit.check_foreign_keys);
  EXPECT_EQ(checked, (std::vector<bool>{false, false, true, true, true}));
}

TEST(StepItems, KnowTheLineOfEachStatement) {
  const script::Script script = parsed("-- migrate:revision r\n-- migrate:down_revision none\n-- migrate:assert SELECT 1\n"
                                       "-- migrate:up\none;\n\ntwo;\n-- migrate:assert SELECT 2\nthree;\n"
                                       "-- migrate:down\nback;\n");
  const auto up = items_of(script);
  ASSERT_TRUE(up);
  std::vector<int> lines;
  for (const StepItem &item : *up) lines.push_back(std::visit([](const auto &what) { return what.line; }, item.what));
  EXPECT_EQ(lines, (std::vector<int>{3, 5, 7, 8, 9}));
  const auto down = items_of(script, Direction::Down);
  ASSERT_TRUE(down);
  EXPECT_EQ(statement_texts(*down), Texts{"back"});
  EXPECT_EQ(statement_texts(*up), (Texts{"one", "two", "three"}));
}

TEST(StepItems, SectionsOfEachDialectAreAdditive) {
  const script::Script script = parsed("-- migrate:revision r\n-- migrate:down_revision none\n-- migrate:up\nboth;\n"
                                       "-- migrate:up dialect:sqlite\nlite;\n-- migrate:up dialect:postgresql\npg;\n"
                                       "-- migrate:up\nlast;\n");
  EXPECT_EQ(statement_texts(*items_of(script)), (Texts{"both", "lite", "last"}));
  EXPECT_EQ(statement_texts(*items_of(script, Direction::Up, Dialect::Postgresql)), (Texts{"both", "pg", "last"}));
}

struct Refused {
  std::string name;
  std::string sections;
  std::string text;
  Direction direction = Direction::Up;
};

class RefusedTest : public testing::TestWithParam<Refused> {};

TEST_P(RefusedTest, SaysWhereAndWhatToWrite) {
  const script::Script script = parsed("-- migrate:revision r\n-- migrate:down_revision none\n" + GetParam().sections);
  const auto items = items_of(script, GetParam().direction);
  ASSERT_FALSE(items);
  EXPECT_EQ(items.error().code, ErrorCode::InvalidRevisionFile);
  EXPECT_EQ(items.error().text(), GetParam().text);
  EXPECT_EQ(items.error().revision, "r");
  EXPECT_EQ(items.error().subject, Texts{"r"});
}

const std::string kNoCommit =
    "COMMIT is not allowed here: the migrator begins and ends the transactions and owns the session; remove it";

INSTANTIATE_TEST_SUITE_P(
    Unit, RefusedTest,
    testing::Values(
        Refused{"commit_in_a_transaction", kUp + "one;\nCOMMIT;\n", "m/r.sql:5: " + kNoCommit},
        Refused{"commit_without_one", kBare + "\n\nCOMMIT;\n", "m/r.sql:6: " + kNoCommit},
        Refused{"commit_going_down", kUp + "-- migrate:down\nCOMMIT;\n", "m/r.sql:5: " + kNoCommit, Direction::Down},
        Refused{"bare_in_a_transaction", kUp + "one;\nVACUUM;\n",
                "m/r.sql:5: VACUUM cannot run inside a transaction; put it into a section of its own that begins with: -- "
                "migrate:up transaction:false"},
        Refused{"bare_in_a_section_of_one_dialect", "-- migrate:up dialect:sqlite\nCREATE INDEX CONCURRENTLY i;\n",
                "m/r.sql:4: CREATE INDEX CONCURRENTLY cannot run inside a transaction; put it into a section of its own that "
                "begins with: -- migrate:up dialect:sqlite transaction:false"},
        Refused{"bare_going_down", kUp + "-- migrate:down\nVACUUM;\n",
                "m/r.sql:5: VACUUM cannot run inside a transaction; put it into a section of its own that begins with: -- "
                "migrate:down transaction:false",
                Direction::Down},
        Refused{"data_of_another_kind", kUp + "-- migrate:data name:fill table:t key:k\nSELECT :from, :to;\n",
                "m/r.sql:5: the data section fill holds SELECT; it must be one UPDATE, DELETE or INSERT … SELECT that uses :from "
                "and :to"},
        Refused{"data_that_is_bare", kUp + "-- migrate:data name:fill table:t key:k\nVACUUM :from, :to;\n",
                "m/r.sql:5: the data section fill holds VACUUM; it must be one UPDATE, DELETE or INSERT … SELECT that uses :from "
                "and :to"},
        Refused{
            "data_that_only_begins_like_one", kUp + "-- migrate:data name:fill table:t key:k\nUPDATES :from, :to;\n",
            "m/r.sql:5: the data section fill holds UPDATES; it must be one UPDATE, DELETE or INSERT … SELECT that uses :from "
            "and :to"}),
    [](const auto &param_info) { return param_info.param.name; });

TEST(StepItems, RefuseAssertsThatAreNotOneSelect) {
  const std::string text = "an assert must be exactly one SELECT that gives one row of true or 1";
  for (const std::string query : {"DELETE FROM t", "SELECTED", "SELECT 1;\nSELECT 2", ""}) {
    SCOPED_TRACE(query);
    script::Script before = parsed("-- migrate:revision r\n-- migrate:down_revision none\n-- migrate:assert SELECT 1\n" + kUp);
    before.preconditions.front().query = query;
    EXPECT_REFUSED(items_of(before), ErrorCode::InvalidRevisionFile, "m/r.sql:3: " + text);
    script::Script inside =
        parsed("-- migrate:revision r\n-- migrate:down_revision none\n" + kBare + "-- migrate:assert SELECT 1\n");
    std::get<script::Assert>(inside.sections.front().items.front()).query = query;
    EXPECT_REFUSED(items_of(inside), ErrorCode::InvalidRevisionFile, "m/r.sql:4: " + text);
  }
}

TEST(StepItems, LeavePreconditionsToTheWayUp) {
  script::Script script = parsed("-- migrate:revision r\n-- migrate:down_revision none\n-- migrate:assert SELECT 1\n"
                                 "-- migrate:up\n-- migrate:down\nback;\n");
  script.preconditions.front().query = "DELETE FROM t";
  EXPECT_FALSE(items_of(script));
  const auto down = items_of(script, Direction::Down);
  ASSERT_TRUE(down);
  EXPECT_EQ(described(group(*down)), Texts{"transaction: back"});
}

TEST(StepItems, AcceptAssertsThatRead) {
  for (const std::string query : {"SELECT 1", "WITH a AS (SELECT 1) SELECT 1"}) {
    SCOPED_TRACE(query);
    EXPECT_TRUE(items_of(
        parsed("-- migrate:revision r\n-- migrate:down_revision none\n-- migrate:up\n-- migrate:assert " + query + "\n")));
  }
}

} // namespace
} // namespace migrator::plan
