// Events: their names, what they hold, and the backstop against floods of them; and how long errors wait.
#include <gtest/gtest.h>

#include "operator/control/retry_wait.h"
#include "operator/reconcile/event_limit.h"
#include "operator/reconcile/recorder.h"

namespace {

using namespace controller;
using namespace controller::reconcile;
using std::chrono::milliseconds;
using std::chrono::minutes;

const About kShop{"migrator.dev/v1alpha1", "Migration", {"n", "shop"}, "uid-1"};
const std::chrono::sys_seconds kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

TEST(Event, IsNamedAfterWhatItTells) {
  const Note note{true, "RunFailed", "it failed", "7.migrate.1"};
  const auto name = [&](const About &about, const Note &one) {
    return event_object(about, one, "me", kNow)["metadata"]["name"].get<std::string>();
  };
  EXPECT_EQ(name(kShop, note), name(kShop, {true, "RunFailed", "other words", "7.migrate.1"}));
  EXPECT_NE(name(kShop, note), name(kShop, {true, "RunFailed", "it failed", "8.migrate.1"}));
  EXPECT_NE(name(kShop, note), name(kShop, {true, "Retrying", "it failed", "7.migrate.1"}));
  About other = kShop;
  other.uid = "uid-2"; // deleted, and made anew under the same name
  EXPECT_NE(name(kShop, note), name(other, note));
  EXPECT_TRUE(name(kShop, note).starts_with("shop."));
  EXPECT_LE(name({"v1", "Pod", {"n", std::string(253, 'p')}, "u"}, note).size(), 253U);
}

TEST(Event, IsWhole) {
  const kube::Json event = event_object(kShop, {true, "RunFailed", "it failed", "k"}, "me", kNow);
  EXPECT_EQ(event["type"], "Warning");
  EXPECT_EQ(event["reason"], "RunFailed");
  EXPECT_EQ(event["message"], "it failed");
  EXPECT_EQ(event["involvedObject"], (kube::Json{{"apiVersion", "migrator.dev/v1alpha1"},
                                                 {"kind", "Migration"},
                                                 {"namespace", "n"},
                                                 {"name", "shop"},
                                                 {"uid", "uid-1"}}));
  EXPECT_EQ(event["source"]["component"], "migration-operator");
  EXPECT_EQ(event["lastTimestamp"], "2026-11-22T00:00:00Z");
  EXPECT_EQ(event_object(kShop, {false, "RunStarted", "", "k"}, "me", kNow)["type"], "Normal");
}

TEST(EventLimit, TwentyFiveAtOnceThenOneEveryFiveMinutes) {
  EventLimit limit;
  const EventLimit::Time begin{std::chrono::hours(5)};
  for (int i = 0; i < 25; ++i) EXPECT_TRUE(limit.allow("a", begin));
  EXPECT_FALSE(limit.allow("a", begin));
  EXPECT_TRUE(limit.allow("b", begin)); // another object's
  EXPECT_FALSE(limit.allow("a", begin + minutes(4)));
  EXPECT_TRUE(limit.allow("a", begin + minutes(5)));
  EXPECT_FALSE(limit.allow("a", begin + minutes(9)));
  EXPECT_TRUE(limit.allow("a", begin + minutes(10)));
  for (int i = 0; i < 25; ++i) EXPECT_TRUE(limit.allow("a", begin + std::chrono::hours(24)));
  EXPECT_FALSE(limit.allow("a", begin + std::chrono::hours(24)));
}

TEST(RetryWait, ConflictsAreQuickAndWhatSomebodyMustMendIsSlow) {
  using control::retry_wait;
  EXPECT_EQ(retry_wait(kube::ErrorKind::Conflict, milliseconds(5)), milliseconds(5));
  EXPECT_EQ(retry_wait(kube::ErrorKind::Unreachable, milliseconds(5)), milliseconds(5'000));
  EXPECT_EQ(retry_wait(kube::ErrorKind::Forbidden, milliseconds(5)), milliseconds(30'000));
  EXPECT_EQ(retry_wait(kube::ErrorKind::Forbidden, milliseconds(80'000)), milliseconds(80'000));
}

} // namespace
