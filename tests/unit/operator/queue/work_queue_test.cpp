// The queue between threads: what workers get, and how it ends. The clock is the test's.
#include "operator/queue/work_queue.h"

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace controller::queue;
using std::chrono::milliseconds;
using std::chrono::seconds;

Key key(int number) {
  return {Kind::Migration, {"n", std::to_string(number)}};
}

TEST(WorkQueue, NoKeyIsInTwoHandsAndEachIsServed) {
  WorkQueue queue;
  constexpr int kKeys = 20;
  std::vector<std::atomic<int>> holders(kKeys);
  std::vector<std::atomic<int>> served(kKeys);
  std::atomic<bool> twice = false;
  std::atomic<int> last_round = 0;
  std::promise<void> all_served;
  std::vector<std::jthread> workers;
  for (int worker = 0; worker < 4; ++worker) {
    workers.emplace_back([&] {
      while (const auto taken = queue.take()) {
        const auto index = static_cast<std::size_t>(std::stoi(taken->name.name));
        if (holders[index]++ != 0) twice = true;
        ++served[index];
        --holders[index];
        queue.done(*taken);
        if (taken->name.name == "0" && last_round.exchange(2) == 1) all_served.set_value();
      }
    });
  }
  for (int round = 0; round < 500; ++round)
    for (int number = 1; number < kKeys; ++number) queue.add(key(number));
  last_round = 1;
  queue.add(key(0)); // after all others in the line
  all_served.get_future().wait();
  queue.shut_down();
  workers.clear();
  EXPECT_FALSE(twice);
  for (int number = 1; number < kKeys; ++number) EXPECT_GE(served[static_cast<std::size_t>(number)], 1);
}

TEST(WorkQueue, ADelayedKeyWaitsForTheClock) {
  std::atomic<int> second = 0;
  WorkQueue queue([&] { return Schedule::Time(seconds(second.load())); });
  queue.add_after(key(1), seconds(60));
  EXPECT_EQ(queue.depth(), 0U);
  auto taken = std::async(std::launch::async, [&] { return queue.take(); });
  second = 61;
  queue.clock_moved();
  EXPECT_EQ(taken.get(), key(1));
}

TEST(WorkQueue, AFailingKeyWaitsLongerUntilItSucceeds) {
  WorkQueue queue([] { return Schedule::Time(); });
  EXPECT_EQ(queue.failed(key(1)), milliseconds(5));
  EXPECT_EQ(queue.failed(key(1)), milliseconds(10));
  queue.succeeded(key(1));
  EXPECT_EQ(queue.failed(key(1)), milliseconds(5));
}

TEST(WorkQueue, ShuttingDownLetsRunningWorkEndAndHandsOutNothingMore) {
  WorkQueue queue;
  queue.add(key(1));
  queue.add(key(2));
  const auto first = queue.take();
  ASSERT_EQ(first, key(1));
  queue.shut_down();
  EXPECT_EQ(queue.take(), std::nullopt);
  queue.done(*first); // allowed
  EXPECT_EQ(queue.take(), std::nullopt);
}

TEST(WorkQueue, ShuttingDownWakesWhoWaits) {
  WorkQueue queue;
  auto taken = std::async(std::launch::async, [&] { return queue.take(); });
  queue.shut_down();
  EXPECT_EQ(taken.get(), std::nullopt);
}

} // namespace
