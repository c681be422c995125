// How many runs may have a Job: the cache's Jobs and those about to be created, between workers.
#include "operator/reconcile/slots.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace controller;
using namespace controller::reconcile;

kube::Json job(const std::string &name_space, const std::string &name, const std::string &migration, bool ended = false) {
  kube::Json object{
      {"metadata", {{"namespace", name_space}, {"name", name}, {"labels", {{"migrator.dev/migration", migration}}}}}};
  if (ended) object["status"]["conditions"] = {{{"type", "Complete"}, {"status", "True"}}};
  return object;
}

TEST(Slots, LiveJobsHoldThemAndEndedOnesDoNot) {
  watch::Store jobs;
  Slots slots(jobs, {2, 2});
  jobs.put(job("n", "a-1", "a"));
  jobs.put(job("n", "b-1", "b", true));
  EXPECT_TRUE(slots.free({"n", "c"}));
  jobs.put(job("m", "d-1", "d"));
  EXPECT_FALSE(slots.free({"n", "c"}));
  EXPECT_TRUE(slots.free({"n", "a"})); // its own Job does not stand in its way
}

TEST(Slots, ANamespaceHasALimitOfItsOwn) {
  watch::Store jobs;
  Slots slots(jobs, {10, 1});
  jobs.put(job("n", "a-1", "a"));
  EXPECT_FALSE(slots.reserve({"n", "b"}));
  EXPECT_TRUE(slots.reserve({"m", "b"}));
}

TEST(Slots, AReservedOneIsTakenUntilItIsReleased) {
  watch::Store jobs;
  Slots slots(jobs, {1, 1});
  EXPECT_TRUE(slots.reserve({"n", "a"}));
  EXPECT_TRUE(slots.reserve({"n", "a"}));
  EXPECT_FALSE(slots.reserve({"n", "b"}));
  slots.release({"n", "a"});
  EXPECT_TRUE(slots.reserve({"n", "b"}));
}

TEST(Slots, ACreatedJobHoldsItsSlotBeforeAndAfterTheCacheShowsIt) {
  watch::Store jobs;
  Slots slots(jobs, {1, 1});
  ASSERT_TRUE(slots.reserve({"n", "a"}));
  slots.created({"n", "a"}, "a-1");
  EXPECT_FALSE(slots.free({"n", "b"}));
  jobs.put(job("n", "a-1", "a"));
  EXPECT_FALSE(slots.free({"n", "b"}));
  kube::Json ended = job("n", "a-1", "a", true);
  ended["metadata"]["resourceVersion"] = "2";
  jobs.put(ended);
  EXPECT_TRUE(slots.free({"n", "b"}));
}

TEST(Slots, WhoGotNoneIsToldOnceWhenAJobEnds) {
  watch::Store jobs;
  Slots slots(jobs, {1, 1});
  slots.reserve({"n", "a"});
  slots.reserve({"n", "b"});
  slots.free({"n", "c"});
  EXPECT_EQ(slots.take_waiting(), (std::vector<kube::ObjectName>{{"n", "b"}, {"n", "c"}}));
  EXPECT_TRUE(slots.take_waiting().empty());
}

TEST(Slots, WorkersNeverTakeMoreThanThereAre) {
  watch::Store jobs;
  Slots slots(jobs, {3, 100});
  std::atomic<int> taken = 0;
  {
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < 4; ++worker)
      workers.emplace_back([&, worker] {
        for (int i = 0; i < 50; ++i)
          if (slots.reserve({"n" + std::to_string(worker), std::to_string(i)})) ++taken;
      });
  }
  EXPECT_EQ(taken, 3);
}

} // namespace
