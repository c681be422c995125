#include "migrator/plan/cut.h"

#include <gtest/gtest.h>

#include "tests/unit/plan/plans.h"

namespace migrator::plan {
namespace {

// A plan of one revision with these sections, cut; its units as "statements" and what each runs again first.
std::vector<Unit> cut(const script::Script &script) {
  Step step;
  step.items = *step_items(script, Direction::Up, Dialect::Postgresql, LineDialect());
  step.units = group(step.items);
  Plan plan;
  plan.steps.push_back(std::move(step));
  cut_long_transactions(plan);
  return plan.steps.front().units;
}

std::string tables(int count) {
  std::string sql;
  for (int i = 0; i < count; ++i) sql += "CREATE TABLE t" + std::to_string(i) + ";\n";
  return sql;
}

script::Script up(const std::string &sections) {
  return parsed("-- migrate:revision r\n-- migrate:down_revision none\n-- migrate:up\n" + sections);
}

TEST(CutTransactions, AShortTransactionIsLeftWhole) {
  const auto units = cut(up(tables(kLongTransaction)));
  ASSERT_EQ(units.size(), 1U);
  EXPECT_EQ(units.front().session, nullptr);
}

TEST(CutTransactions, ALongOneKeepsWhatItSetsAndEveryStatementInOrder) {
  const script::Script script = up("SET search_path = app;\nSET LOCAL work_mem = 9;\n" + tables(600));
  const auto units = cut(script);
  ASSERT_EQ(units.size(), 3U);
  std::string sql = "SET search_path = app;\nSET LOCAL work_mem = 9;\n";
  std::string ran;
  for (const Unit &unit : units) {
    EXPECT_EQ(unit.session, &script.sections.front());
    EXPECT_EQ(unit.again.size(), &unit == &units.front() ? 0U : 1U);
    for (const UnitItem &item : unit.items) ran += std::get<database::Statement>(item).text + ";\n";
  }
  EXPECT_EQ(ran, sql + tables(600));
  EXPECT_EQ(units.back().again.front().text, "SET LOCAL work_mem = 9");
}

TEST(CutTransactions, NothingIsCutBehindWhatIsTiedToOneTransaction) {
  for (const char *const tie : {"SAVEPOINT a", "SET CONSTRAINTS ALL DEFERRED", "CREATE TEMP TABLE a (b int) ON COMMIT DROP",
                                "SELECT set_config('search_path', 'a', true)", "DECLARE c CURSOR FOR SELECT 1"})
    EXPECT_EQ(cut(up(std::string(tie) + ";\n" + tables(600))).size(), 1U) << tie;
}

TEST(CutTransactions, RowsAreNotCutFromEachOther) {
  std::string sql;
  for (int i = 0; i < 600; ++i) sql += "INSERT INTO t;\n";
  EXPECT_EQ(cut(up(sql)).size(), 1U);
}

TEST(CutTransactions, TwoLongTransactionsStayApart) {
  const script::Script script = up(tables(600) + "-- migrate:up transaction:false\n-- migrate:up\n" + tables(600));
  const auto units = cut(script);
  ASSERT_EQ(units.size(), 6U);
  EXPECT_EQ(units[2].session, &script.sections.front());
  EXPECT_EQ(units[3].session, &script.sections.back());
}

TEST(CutTransactions, TimeoutsOfASectionHoldInItsLaterParts) {
  const auto units = cut(up(tables(10) + "-- migrate:up lock_timeout:9s\n" + tables(600)));
  ASSERT_EQ(units.size(), 3U);
  ASSERT_TRUE(std::holds_alternative<Timeouts>(units.back().items.front()));
  EXPECT_EQ(std::get<Timeouts>(units.back().items.front()).lock, std::chrono::seconds(9));
}

} // namespace
} // namespace migrator::plan
