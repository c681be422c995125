// One look from reading to writing, against somebody who writes the same Migration meanwhile. The API server is one object here, with its versions.
#include "operator/reconcile/reconciler.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/scripted_client.h"
#include "tests/unit/operator/control/objects.h"

namespace {

using namespace controller;
using namespace controller::reconcile;
using kube::Json;

const kube::ObjectName kShop{"n", "shop"};

struct Race : testing::Test {
  kube::ScriptedClient client;
  Caches caches{1};
  Slots slots{caches.jobs, {}};
  Superseded superseded;
  Clock clock{[] { return std::chrono::system_clock::time_point(); },
              [] { return std::chrono::steady_clock::time_point(std::chrono::hours(1)); }, [] { return 0.0; }};
  Gatherer gatherer{client, caches, slots, superseded, {}, clock};
  Recorder recorder{client, "me", clock, [](const std::string &) {}};
  Applier applier{
      client,   caches,
      gatherer, superseded,
      recorder, {[](const kube::ObjectName &, const std::string &) {}, [](const kube::ObjectName &, const std::string &) {}}};
  Reconciler reconciler{gatherer, applier, slots, clock};
  Json stored = migration_object("1");
  Json job;
  int version = 1;
  int others_writes = 0; // so many of our writes come after one of theirs
  std::function<void()> other = [] {};

  Race() {
    caches.migrations.put(stored);
    client.on_get = [this](const kube::ResourceType &type, const kube::ObjectName &) -> kube::Result<Json> {
      if (type.plural == kube::kMigrations.plural) return stored;
      if (!job.is_null()) return job;
      return kube::fail(kube::ErrorKind::NotFound, "no such Job");
    };
    client.on_list = [](const kube::ResourceType &, const std::string &, const kube::ListOptions &) -> kube::Result<Json> {
      return Json{{"items", Json::array()}};
    };
    client.on_create = [this](const kube::ResourceType &type, const std::string &, const Json &object) -> kube::Result<Json> {
      if (type.plural == kube::kJobs.plural) job = job_object(object["metadata"]["name"], "shop-uid");
      return object;
    };
    client.on_apply_status = [this](const kube::ResourceType &, const kube::ObjectName &,
                                    const Json &object) -> kube::Result<Json> {
      if (others_writes > 0) {
        --others_writes;
        other();
        changed();
      }
      if (object["metadata"]["resourceVersion"] != stored["metadata"]["resourceVersion"])
        return kube::fail(kube::ErrorKind::Conflict, "the object has been modified");
      stored["status"] = object["status"];
      changed();
      return stored;
    };
  }
  void changed() { stored["metadata"]["resourceVersion"] = std::to_string(++version); }
  long count(const std::string &begin) const {
    const auto calls = client.calls();
    return std::count_if(calls.begin(), calls.end(), [&](const std::string &call) { return call.starts_with(begin); });
  }
};

TEST_F(Race, WhoWritesTheStatusOftenDoesNotStarveTheOperator) {
  others_writes = 4;
  ASSERT_TRUE(reconciler.reconcile(kShop));
  EXPECT_EQ(count("create jobs"), 1);
  const auto calls = client.calls();
  const auto conflict = std::find(calls.begin(), calls.end(), "apply_status migrations n/shop");
  ASSERT_GE(std::distance(conflict, calls.end()), 8);
  for (int lost = 0; lost < 4; ++lost) {
    EXPECT_EQ(*(conflict + 2 * lost), "apply_status migrations n/shop");
    EXPECT_EQ(*(conflict + 2 * lost + 1), "get migrations n/shop"); // two requests a race, whatever a look reads
  }
}

TEST_F(Race, AnEventIsToldOnceHoweverOftenTheLookIsRepeated) {
  others_writes = 4;
  ASSERT_TRUE(reconciler.reconcile(kShop));
  EXPECT_EQ(count("create events"), 1);
}

TEST_F(Race, AnEndlessOneIsAConflictThatTheQueueWaitsWith) {
  others_writes = 1000;
  const auto looked = reconciler.reconcile(kShop);
  ASSERT_FALSE(looked);
  EXPECT_EQ(looked.error().kind, kube::ErrorKind::Conflict);
  EXPECT_EQ(count("create jobs"), 0);
  EXPECT_EQ(count("apply_status"), 6);
}

TEST_F(Race, AChangedSpecIsGatheredAnew) {
  others_writes = 1;
  other = [this] {
    stored["metadata"]["generation"] = 2;
    stored["spec"]["suspend"] = true;
  };
  const auto looked = reconciler.reconcile(kShop);
  ASSERT_FALSE(looked);
  EXPECT_EQ(looked.error().kind, kube::ErrorKind::Conflict);
  ASSERT_TRUE(reconciler.reconcile(kShop));
  EXPECT_EQ(count("create jobs"), 0);
  EXPECT_FALSE(stored["status"].contains("run"));
}

TEST_F(Race, AMigrationThatWasDeletedMeanwhileGetsNoJob) {
  others_writes = 1;
  other = [this] {
    client.on_get = [](const kube::ResourceType &, const kube::ObjectName &) -> kube::Result<Json> {
      return kube::fail(kube::ErrorKind::NotFound, "gone");
    };
  };
  EXPECT_FALSE(reconciler.reconcile(kShop));
  EXPECT_TRUE(reconciler.reconcile(kShop));
  EXPECT_EQ(count("create jobs"), 0);
}

} // namespace
