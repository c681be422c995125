// The elector on its thread: a scripted client, a clock that only its sleeps move.
#include "operator/leader/elector.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>

#include "tests/support/scripted_client.h"

namespace {

using namespace controller;
using namespace controller::leader;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct ElectorTest : testing::Test {
  kube::ScriptedClient client;
  std::atomic<std::int64_t> clock_ms = 0;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> told;
  std::atomic<int> sleeps_left = 1000; // then a sleep lasts until the elector is stopped

  ElectorDoors doors() {
    return {[this] { tell("elected"); },
            [this] { tell("lost"); },
            [this](const std::string &trouble) { tell(trouble); },
            [this](milliseconds time, std::stop_token stop) {
              clock_ms += time.count();
              if (--sleeps_left > 0) return;
              tell("sleeps");
              std::mutex own;
              std::condition_variable_any wake;
              std::unique_lock lock(own);
              wake.wait(lock, std::move(stop), [] { return false; });
            },
            [this] { return Steady(milliseconds(clock_ms.load())); },
            [] { return std::chrono::system_clock::time_point(); }};
  }
  void tell(std::string what) {
    const std::lock_guard lock(mutex);
    told.push_back(std::move(what));
    changed.notify_all();
  }
  void wait_for(const std::string &what) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return std::find(told.begin(), told.end(), what) != told.end(); });
  }
  static kube::Json stored(kube::Json lease, const std::string &version) {
    lease["metadata"]["resourceVersion"] = version;
    return lease;
  }
};

TEST_F(ElectorTest, MakesTheLeaseRenewsItAndGivesItBack) {
  std::optional<kube::Json> lease;
  int version = 0;
  client.on_get = [&](const kube::ResourceType &, const kube::ObjectName &) -> kube::Result<kube::Json> {
    if (!lease) return kube::fail(kube::ErrorKind::NotFound, "no Lease");
    return *lease;
  };
  const auto store = [&](const kube::Json &object) {
    lease = stored(object, std::to_string(++version));
    return kube::Result<kube::Json>(*lease);
  };
  client.on_create = [&](const kube::ResourceType &, const std::string &, const kube::Json &object) { return store(object); };
  client.on_update = [&](const kube::ResourceType &, const kube::ObjectName &, const kube::Json &object) {
    return store(object);
  };
  sleeps_left = 3;
  Elector elector(client, {"system", "lease"}, "me", doors());
  elector.start();
  wait_for("sleeps");
  EXPECT_TRUE(elector.leading());
  elector.stop();
  EXPECT_TRUE(elector.leading()); // kept until the workers have stopped
  EXPECT_EQ((*lease)["spec"]["holderIdentity"], "me");
  elector.release();
  EXPECT_FALSE(elector.leading());
  EXPECT_EQ((*lease)["spec"]["holderIdentity"], "");
  EXPECT_EQ(told, (std::vector<std::string>{"elected", "sleeps"}));
  EXPECT_EQ(client.calls(),
            (std::vector<std::string>{"get leases system/lease", "create leases system/lease", "get leases system/lease",
                                      "update leases system/lease", "get leases system/lease", "update leases system/lease",
                                      "get leases system/lease", "update leases system/lease"}));
}

TEST_F(ElectorTest, ALeaderThatGetsNoAnswersIsLost) {
  std::atomic<int> gets = 0;
  client.on_get = [&](const kube::ResourceType &, const kube::ObjectName &) -> kube::Result<kube::Json> {
    if (++gets == 1) return kube::fail(kube::ErrorKind::NotFound, "no Lease");
    return kube::fail(kube::ErrorKind::Unreachable, "connection refused");
  };
  client.on_create = [&](const kube::ResourceType &, const std::string &, const kube::Json &object) {
    return kube::Result<kube::Json>(stored(object, "1"));
  };
  Elector elector(client, {"system", "lease"}, "me", doors());
  elector.start();
  wait_for("lost");
  elector.stop();
  EXPECT_FALSE(elector.leading());
  EXPECT_EQ(clock_ms, 10'000);
  EXPECT_EQ(told[1], "the Lease system/lease cannot be read or written: connection refused");
}

TEST_F(ElectorTest, LosingARaceIsNoTrouble) {
  client.on_get = [&](const kube::ResourceType &, const kube::ObjectName &) -> kube::Result<kube::Json> {
    return kube::fail(kube::ErrorKind::NotFound, "no Lease");
  };
  client.on_create = [&](const kube::ResourceType &, const std::string &, const kube::Json &) -> kube::Result<kube::Json> {
    return kube::fail(kube::ErrorKind::AlreadyExists, "it is there");
  };
  sleeps_left = 3;
  Elector elector(client, {"system", "lease"}, "me", doors());
  elector.start();
  wait_for("sleeps");
  elector.stop();
  EXPECT_EQ(told, (std::vector<std::string>{"sleeps"}));
  EXPECT_FALSE(elector.leading());
}

TEST_F(ElectorTest, TheWatchdogSeesALeaderThatWaitsForAnAnswer) {
  client.on_get = [](const kube::ResourceType &, const kube::ObjectName &) -> kube::Result<kube::Json> {
    return kube::fail(kube::ErrorKind::NotFound, "no Lease");
  };
  client.on_create = [&](const kube::ResourceType &, const std::string &, const kube::Json &object) {
    return kube::Result<kube::Json>(stored(object, "1"));
  };
  sleeps_left = 1;
  Elector elector(client, {"system", "lease"}, "me", doors());
  EXPECT_FALSE(elector.overdue(Steady(seconds(1000)))); // it does not lead yet
  elector.start();
  wait_for("sleeps");
  EXPECT_FALSE(elector.overdue(Steady(milliseconds(9'999))));
  EXPECT_TRUE(elector.overdue(Steady(seconds(10))));
  elector.stop();
}

} // namespace
