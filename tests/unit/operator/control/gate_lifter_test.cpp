// Lifting the gate of a pod: what is asked first, and the one thing that is changed.
#include "operator/reconcile/gate_lifter.h"

#include <gtest/gtest.h>

#include "tests/support/scripted_client.h"
#include "tests/unit/operator/control/objects.h"

namespace {

using namespace controller;
using namespace controller::reconcile;
using kube::Json;

const kube::ObjectName kWeb{"n", "web"};

Json applied(const std::string &version, std::vector<std::string> revisions) {
  Json migration = migration_object(version);
  api::Status status;
  status.current_revisions = {revisions.front()};
  status.applied_revisions = std::move(revisions);
  migration["status"] = api::write_status(status);
  return migration;
}

struct GateLifterTest : testing::Test {
  kube::ScriptedClient client;
  Caches caches{1};
  Clock clock{[] { return std::chrono::system_clock::time_point(); }, [] { return std::chrono::steady_clock::time_point(); },
              [] { return 0.0; }};
  Recorder recorder{client, "me", clock, [](const std::string &) {}};
  std::vector<std::string> lifted;
  GateLifter lifter{client, caches, recorder, [this](const kube::ObjectName &pod) { lifted.push_back(pod.name); }};
  Json patch;

  GateLifterTest() {
    caches.gated_pods.put({{"metadata",
                            {{"namespace", "n"},
                             {"name", "web"},
                             {"uid", "web-uid"},
                             {"labels", {{"migrator.dev/gated", "true"}}},
                             {"annotations", {{"migrator.dev/wait-for", "shop"}, {"migrator.dev/revision", "b2"}}}}},
                           {"spec", {{"schedulingGates", {{{"name", "another/gate"}}, {{"name", "migrator.dev/wait"}}}}}}});
    client.on_patch = [this](const kube::ResourceType &, const kube::ObjectName &, const Json &sent) {
      patch = sent;
      return kube::Result<Json>(Json::object());
    };
    client.on_create = [](const kube::ResourceType &, const std::string &, const Json &object) {
      return kube::Result<Json>(object);
    };
  }
  void live(const Json &migration) {
    client.on_get = [migration](const kube::ResourceType &, const kube::ObjectName &) { return kube::Result<Json>(migration); };
  }
};

TEST_F(GateLifterTest, LiftsItsGateAloneOnceTheDatabaseHasTheRevision) {
  caches.migrations.put(applied("1", {"b2", "a1"}));
  live(applied("1", {"b2", "a1"}));
  ASSERT_TRUE(lifter.look(kWeb));
  EXPECT_EQ(lifted, (std::vector<std::string>{"web"}));
  EXPECT_EQ(client.calls(), (std::vector<std::string>{"get migrations n/shop", "patch pods n/web"}));
  EXPECT_EQ(patch, Json::parse(R"([{"op": "test", "path": "/metadata/uid", "value": "web-uid"},
                                   {"op": "test", "path": "/spec/schedulingGates/1/name", "value": "migrator.dev/wait"},
                                   {"op": "remove", "path": "/spec/schedulingGates/1"}])"));
}

TEST_F(GateLifterTest, WaitsWithoutAWordWhileTheRevisionIsMissing) {
  caches.migrations.put(applied("1", {"a1"}));
  ASSERT_TRUE(lifter.look(kWeb));
  EXPECT_TRUE(client.calls().empty());
}

TEST_F(GateLifterTest, ACacheIsNotEnoughToLift) {
  caches.migrations.put(applied("1", {"b2", "a1"}));
  live(applied("2", {"a1"})); // gone down since
  ASSERT_TRUE(lifter.look(kWeb));
  EXPECT_TRUE(lifted.empty());
  EXPECT_EQ(client.calls(), (std::vector<std::string>{"get migrations n/shop"}));
}

TEST_F(GateLifterTest, AMigrationThatDoesNotExistIsToldByAnEvent) {
  ASSERT_TRUE(lifter.look(kWeb));
  const auto calls = client.calls();
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_TRUE(calls[0].starts_with("create events n/web."));
}

TEST_F(GateLifterTest, APodThatChangedInBetweenIsLookedAtAgain) {
  caches.migrations.put(applied("1", {"b2"}));
  live(applied("1", {"b2"}));
  client.on_patch = [](const kube::ResourceType &, const kube::ObjectName &, const Json &) -> kube::Result<Json> {
    return kube::fail(kube::ErrorKind::Invalid, "testing value failed");
  };
  const kube::Status looked = lifter.look(kWeb);
  ASSERT_FALSE(looked);
  EXPECT_EQ(looked.error().kind, kube::ErrorKind::Invalid);
  EXPECT_TRUE(lifted.empty());
}

} // namespace
