// The order of work: rules one by one, then at random against a plain model.
#include "operator/queue/schedule.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {

using namespace controller::queue;
using std::chrono::seconds;

Key key(const std::string &name) {
  return {Kind::Migration, {"n", name}};
}
Schedule::Time at(int second) {
  return Schedule::Time(seconds(second));
}

TEST(Schedule, FirstComeFirstServedAndNothingTwice) {
  Schedule schedule;
  for (const char *name : {"a", "b", "a", "c", "b"}) schedule.add(key(name));
  EXPECT_EQ(schedule.waiting(), 3U);
  EXPECT_EQ(schedule.take(at(0)), key("a"));
  EXPECT_EQ(schedule.take(at(0)), key("b"));
  EXPECT_EQ(schedule.take(at(0)), key("c"));
  EXPECT_EQ(schedule.take(at(0)), std::nullopt);
}

TEST(Schedule, OneWorkerAKeyAndOnceMoreAfterwards) {
  Schedule schedule;
  schedule.add(key("a"));
  EXPECT_EQ(schedule.take(at(0)), key("a"));
  schedule.add(key("a"));
  schedule.add(key("a"));
  EXPECT_EQ(schedule.take(at(0)), std::nullopt);
  schedule.done(key("a"));
  EXPECT_EQ(schedule.take(at(0)), key("a"));
  schedule.done(key("a"));
  EXPECT_EQ(schedule.take(at(0)), std::nullopt);
}

TEST(Schedule, DelayedKeysComeWhenTheyAreDueEarliestFirst) {
  Schedule schedule;
  schedule.add_at(key("late"), at(20));
  schedule.add_at(key("early"), at(10));
  schedule.add_at(key("late"), at(30)); // the earlier moment stands
  schedule.add_at(key("early"), at(15));
  EXPECT_EQ(schedule.next_due(), at(10));
  EXPECT_EQ(schedule.take(at(9)), std::nullopt);
  EXPECT_EQ(schedule.waiting(), 0U);
  EXPECT_EQ(schedule.take(at(25)), key("early"));
  EXPECT_EQ(schedule.take(at(25)), key("late"));
  EXPECT_EQ(schedule.next_due(), std::nullopt);
}

TEST(Schedule, WhatIsAddedNowIsNotDueOnceMoreLater) {
  Schedule schedule;
  schedule.add_at(key("a"), at(10));
  schedule.add(key("a"));
  EXPECT_EQ(schedule.take(at(0)), key("a"));
  schedule.done(key("a"));
  EXPECT_EQ(schedule.take(at(100)), std::nullopt);
}

TEST(Schedule, AKeyDueWhileItIsWorkedOnWaitsForItsWorker) {
  Schedule schedule;
  schedule.add(key("a"));
  schedule.take(at(0));
  schedule.add_at(key("a"), at(5));
  EXPECT_EQ(schedule.take(at(6)), std::nullopt);
  schedule.done(key("a"));
  EXPECT_EQ(schedule.take(at(6)), key("a"));
}

TEST(Schedule, APodAndAMigrationOfOneNameAreTwoKeys) {
  Schedule schedule;
  schedule.add(key("a"));
  schedule.add({Kind::Pod, {"n", "a"}});
  EXPECT_EQ(schedule.waiting(), 2U);
}

// Whatever is added is taken after it was added, never by two at once, and nothing is lost.
RC_GTEST_PROP(ScheduleProperties, NothingIsLostAndNothingIsTwice, ()) {
  Schedule schedule;
  std::map<Key, bool> owed; // wants a look that began after it was asked for
  std::set<Key> running;
  int now = 0;
  const auto moves = *rc::gen::inRange(0, 200);
  for (int i = 0; i < moves; ++i) {
    const Key one = key(std::string(1, *rc::gen::inRange<char>('a', 'f')));
    switch (*rc::gen::inRange(0, 4)) {
    case 0:
      schedule.add(one);
      owed[one] = true;
      break;
    case 1:
      schedule.add_at(one, at(now + *rc::gen::inRange(0, 5)));
      owed[one] = true;
      break;
    case 2:
      if (const auto taken = schedule.take(at(now))) {
        RC_ASSERT(running.insert(*taken).second);
        RC_ASSERT(owed[*taken]);
        owed[*taken] = false;
      }
      break;
    default:
      ++now;
      if (running.contains(one)) {
        running.erase(one);
        schedule.done(one);
      }
    }
  }
  for (const Key &one : running) schedule.done(one);
  while (const auto taken = schedule.take(at(now + 1000))) {
    owed[*taken] = false;
    schedule.done(*taken);
  }
  for (const auto &[one, wanted] : owed) RC_ASSERT(!wanted);
  RC_ASSERT(schedule.waiting() == 0U);
  RC_ASSERT(schedule.running() == 0U);
}

} // namespace
