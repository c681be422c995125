#include "operator/api/conditions.h"

#include <algorithm>
#include <cctype>
#include <set>

#include <gtest/gtest.h>

namespace controller::api {
namespace {

Time at(int seconds) {
  return Time(std::chrono::seconds(1'800'000'000 + seconds));
}

std::vector<std::string> types(const Status &status) {
  std::vector<std::string> all;
  for (const Condition &condition : status.conditions) all.push_back(condition.type);
  return all;
}

TEST(SetCondition, KeepsTheTransitionTimeWhileTheStatusStays) {
  Status status;
  set_condition(status, ConditionType::Ready, {false, Reason::Running, "one"}, 1, at(1));
  set_condition(status, ConditionType::Ready, {false, Reason::Suspended, "two"}, 2, at(2));
  ASSERT_EQ(status.conditions.size(), 1U);
  EXPECT_EQ(status.conditions[0].status, "False");
  EXPECT_EQ(status.conditions[0].reason, "Suspended");
  EXPECT_EQ(status.conditions[0].message, "two");
  EXPECT_EQ(status.conditions[0].observed_generation, 2);
  EXPECT_EQ(status.conditions[0].last_transition_time, at(1));
  set_condition(status, ConditionType::Ready, {true, Reason::UpToDate, "three"}, 2, at(3));
  EXPECT_EQ(status.conditions[0].status, "True");
  EXPECT_EQ(status.conditions[0].last_transition_time, at(3));
}

TEST(SetCondition, OrdersByType) {
  Status status;
  for (const ConditionType type :
       {ConditionType::Stalled, ConditionType::Ready, ConditionType::BackedUp, ConditionType::Approved, ConditionType::Drifted})
    set_condition(status, type, {true, Reason::UpToDate, ""}, 1, at(1));
  EXPECT_EQ(types(status), (std::vector<std::string>{"Approved", "BackedUp", "Drifted", "Ready", "Stalled"}));
}

TEST(SetCondition, ReconcilingAndStalledAreThereOnlyWhenTrueAndNeverBoth) {
  Status status;
  set_condition(status, ConditionType::Reconciling, {false, Reason::Running, ""}, 1, at(1));
  EXPECT_TRUE(status.conditions.empty());
  set_condition(status, ConditionType::Reconciling, {true, Reason::Running, ""}, 1, at(1));
  set_condition(status, ConditionType::Stalled, {true, Reason::TimedOut, ""}, 1, at(2));
  EXPECT_EQ(types(status), std::vector<std::string>{"Stalled"});
  set_condition(status, ConditionType::Reconciling, {true, Reason::Running, ""}, 1, at(3));
  EXPECT_EQ(types(status), std::vector<std::string>{"Reconciling"});
  set_condition(status, ConditionType::Reconciling, {false, Reason::Running, ""}, 1, at(4));
  EXPECT_TRUE(status.conditions.empty());
}

TEST(SetCondition, BoundsTheMessage) {
  Status status;
  set_condition(status, ConditionType::Ready, {true, Reason::UpToDate, "a\nb\x1b[31m" + std::string(5'000, 'x')}, 1, at(1));
  EXPECT_EQ(status.conditions[0].message.size(), kLongestMessage);
  EXPECT_EQ(status.conditions[0].message.substr(0, 8), "a b [31m");
  EXPECT_TRUE(status.conditions[0].message.ends_with("x…"));
}

TEST(FindCondition, TellsTrueFromFalseAndAbsent) {
  Status status;
  EXPECT_EQ(find_condition(status, ConditionType::Ready), nullptr);
  EXPECT_FALSE(is_true(status, ConditionType::Ready));
  set_condition(status, ConditionType::Ready, {false, Reason::Running, ""}, 1, at(1));
  ASSERT_NE(find_condition(status, ConditionType::Ready), nullptr);
  EXPECT_FALSE(is_true(status, ConditionType::Ready));
  set_condition(status, ConditionType::Ready, {true, Reason::UpToDate, ""}, 1, at(1));
  EXPECT_TRUE(is_true(status, ConditionType::Ready));
  remove_condition(status, ConditionType::Ready);
  EXPECT_EQ(find_condition(status, ConditionType::Ready), nullptr);
}

TEST(Reasons, AreNamedOnceInTheirEnumsOrderWithASentence) {
  std::set<std::string_view> names;
  for (std::size_t at = 0; at < reasons().size(); ++at) {
    const ReasonText &text = reasons()[at];
    SCOPED_TRACE(text.name);
    EXPECT_EQ(static_cast<std::size_t>(text.reason), at);
    EXPECT_EQ(name(text.reason), text.name);
    EXPECT_TRUE(names.insert(text.name).second);
    EXPECT_FALSE(text.of.empty());
    EXPECT_TRUE(text.sentence.ends_with("."));
    // metav1.Condition: ^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$
    EXPECT_TRUE(
        std::all_of(text.name.begin(), text.name.end(), [](char c) { return std::isalpha(static_cast<unsigned char>(c)); }));
  }
  EXPECT_EQ(reasons().size(), static_cast<std::size_t>(Reason::NoDrift) + 1);
}

TEST(ConditionTypes, AreReadBack) {
  for (const ConditionType type : {ConditionType::Approved, ConditionType::BackedUp, ConditionType::Drifted, ConditionType::Ready,
                                   ConditionType::Reconciling, ConditionType::Stalled})
    EXPECT_EQ(condition_type(name(type)), type);
  EXPECT_EQ(condition_type("ready"), std::nullopt);
}

} // namespace
} // namespace controller::api
