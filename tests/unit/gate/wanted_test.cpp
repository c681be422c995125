#include "migrator/gate/wanted.h"

#include <gtest/gtest.h>

namespace migrator::gate {
namespace {

using ledger::ViewRow;

ViewRow row(const std::string &id, const std::string &state, std::vector<std::string> parents = {},
            std::vector<std::string> depends_on = {}) {
  return ViewRow{id, std::move(parents), std::move(depends_on), state, "anna@laptop", "2026-01-02T03:04:05.678Z"};
}

struct Case {
  std::string name;
  std::vector<ViewRow> rows;
  std::vector<std::string> wanted;
  std::string reason; // empty: contained
  Wanted as = Wanted::Ids;
};

class VerdictTest : public testing::TestWithParam<Case> {};

TEST_P(VerdictTest, Says) {
  const Verdict verdict = gate::verdict(GetParam().rows, GetParam().wanted, GetParam().as);
  EXPECT_EQ(verdict.reason, GetParam().reason);
  EXPECT_EQ(verdict.contained, GetParam().reason.empty());
}

const std::vector<ViewRow> kChain = {row("a", "applied"), row("b", "applied", {"a"}), row("c", "not applied", {"b"})};
const std::string kPartial = " is partial: a migration of it is under way or stopped half-way";

INSTANTIATE_TEST_SUITE_P(
    Gate, VerdictTest,
    testing::Values(
        Case{"nothing_wanted", {}, {}, ""}, Case{"empty_database", {}, {"a"}, "revision a is not applied yet"},
        Case{"applied", kChain, {"b"}, ""}, Case{"an_ancestor", kChain, {"a"}, ""},
        Case{"all_of_several", kChain, {"a", "b"}, ""},
        Case{"one_of_several_is_missing", kChain, {"a", "x", "b"}, "revision x is not applied yet"},
        Case{"known_and_not_applied", kChain, {"c"}, "revision c is not applied"},
        Case{"rolled_back",
             {row("a", "applied"), row("b", "rolled back", {"a"})},
             {"b"},
             "revision b was rolled back by anna@laptop on 2026-01-02T03:04:05.678Z"},
        Case{"what_stands_on_it_may_be_rolled_back", {row("a", "applied"), row("b", "rolled back", {"a"})}, {"a"}, ""},
        Case{"what_stands_on_it_may_be_partial", {row("a", "applied"), row("b", "partial", {"a"})}, {"a"}, ""},
        Case{"partial", {row("a", "applied"), row("b", "partial", {"a"})}, {"b"}, "revision b" + kPartial},
        Case{"an_ancestor_is_partial",
             {row("a", "partial"), row("b", "applied", {"a"}), row("c", "applied", {"b"})},
             {"c"},
             "revision a" + kPartial},
        Case{"a_dependency_is_partial",
             {row("a", "applied"), row("x", "partial"), row("y", "applied", {"x"}), row("b", "applied", {"a"}, {"y"})},
             {"b"},
             "revision x" + kPartial},
        Case{"another_branch_may_be_partial", {row("a", "applied"), row("x", "partial"), row("b", "applied", {"a"})}, {"b"}, ""},
        Case{"parents_that_the_view_lacks", {row("b", "applied", {"gone"}, {"gone too"})}, {"b"}, ""},
        Case{"an_unknown_state_is_not_applied", {row("a", "restored")}, {"a"}, "revision a is not applied"},
        Case{"an_id_is_no_beginning", {row("10", "applied")}, {"1"}, "revision 1 is not applied yet"},
        Case{"a_beginning", {row("ab12", "applied"), row("cd34", "applied")}, {"ab"}, "", Wanted::Beginnings},
        Case{"an_id_that_begins_another",
             {row("1", "not applied"), row("10", "applied")},
             {"1"},
             "revision 1 is not applied",
             Wanted::Beginnings},
        Case{"a_beginning_of_several",
             {row("ab12", "applied"), row("ab34", "applied")},
             {"ab"},
             "revision ab is not applied yet",
             Wanted::Beginnings},
        Case{"the_empty_text", {row("ab12", "applied")}, {""}, "revision  is not applied yet", Wanted::Beginnings},
        Case{"the_reason_names_the_whole_id", {row("ab12", "partial")}, {"ab"}, "revision ab12" + kPartial, Wanted::Beginnings}),
    [](const auto &param_info) { return param_info.param.name; });

TEST(Verdict, AChainOfAHundredThousand) {
  std::vector<ViewRow> rows{row("r0", "applied")};
  for (int number = 1; number < 100'000; ++number)
    rows.push_back(row("r" + std::to_string(number), "applied", {"r" + std::to_string(number - 1)}));
  EXPECT_TRUE(verdict(rows, {"r99999"}, Wanted::Ids).contained);
  rows.front().state = "partial";
  EXPECT_EQ(verdict(rows, {"r99999"}, Wanted::Ids).reason, "revision r0" + kPartial);
}

TEST(Verdict, ADiamondOfManyPathsIsWalkedOnce) {
  std::vector<ViewRow> rows{row("m0", "applied")};
  for (int number = 1; number < 60; ++number) {
    const std::string below = "m" + std::to_string(number - 1);
    const std::string text = std::to_string(number);
    rows.push_back(row("a" + text, "applied", {below}));
    rows.push_back(row("b" + text, "applied", {below}));
    rows.push_back(row("m" + text, "applied", {"a" + text, "b" + text}));
  }
  EXPECT_TRUE(verdict(rows, {"m59"}, Wanted::Ids).contained);
}

} // namespace
} // namespace migrator::gate
