#include <gtest/gtest.h>

#include "operator/gate/gate.h"

namespace controller::gate {
namespace {

using api::Json;

Json pod() {
  return Json::parse(R"({
    "metadata": {"namespace": "shop", "name": "web-1", "uid": "u1", "resourceVersion": "7",
                 "labels": {"migrator.dev/gated": "true"},
                 "annotations": {"migrator.dev/wait-for": "shop, billing,,shop", "migrator.dev/revision": " ab12 "}},
    "spec": {"schedulingGates": [{"name": "other/gate"}, {"name": "migrator.dev/wait"}]},
    "status": {"phase": "Pending"}})");
}

TEST(PodGate, IsRead) {
  const std::optional<PodGate> gate = read_pod_gate(pod());
  ASSERT_TRUE(gate.has_value());
  EXPECT_EQ(gate->name_space, "shop");
  EXPECT_EQ(gate->name, "web-1");
  EXPECT_EQ(gate->uid, "u1");
  EXPECT_EQ(gate->resource_version, "7");
  EXPECT_EQ(gate->index, 1U);
  EXPECT_EQ(gate->wait_for, (std::vector<std::string>{"shop", "billing"}));
  EXPECT_EQ(gate->revision, "ab12");
  EXPECT_EQ(gate->image, "");
}

TEST(PodGate, NoneToLift) {
  Json unlabelled = pod();
  unlabelled["metadata"]["labels"]["migrator.dev/gated"] = "false";
  EXPECT_FALSE(read_pod_gate(unlabelled).has_value());
  Json ungated = pod();
  ungated["spec"]["schedulingGates"].erase(1);
  EXPECT_FALSE(read_pod_gate(ungated).has_value());
  Json deleting = pod();
  deleting["metadata"]["deletionTimestamp"] = "2026-11-22T10:00:00Z";
  EXPECT_FALSE(read_pod_gate(deleting).has_value());
  EXPECT_FALSE(read_pod_gate(Json()).has_value());
  EXPECT_FALSE(read_pod_gate(Json::parse(R"({"metadata": 1, "spec": {"schedulingGates": "x"}})")).has_value());
}

TEST(PodGate, WithoutAnnotationsNamesNothing) {
  Json bare = pod();
  bare["metadata"].erase("annotations");
  const std::optional<PodGate> gate = read_pod_gate(bare);
  ASSERT_TRUE(gate.has_value());
  EXPECT_TRUE(gate->wait_for.empty());
  EXPECT_EQ(gate->revision, "");
}

TEST(Dependent, IsReadWhetherItsGateStandsOrNot) {
  std::optional<reconcile::Dependent> dependent = read_dependent(pod(), "billing");
  ASSERT_TRUE(dependent.has_value());
  EXPECT_EQ(dependent->name, "web-1");
  EXPECT_EQ(dependent->revision, "ab12");
  EXPECT_TRUE(dependent->gated);
  Json running = pod();
  running["spec"].erase("schedulingGates");
  running["status"]["phase"] = "Running";
  dependent = read_dependent(running, "shop");
  ASSERT_TRUE(dependent.has_value());
  EXPECT_FALSE(dependent->gated);
}

TEST(Dependent, ThatStopsIsStillAlive) {
  Json stopping = pod();
  stopping["metadata"]["deletionTimestamp"] = "2026-11-22T10:00:00Z";
  EXPECT_TRUE(read_dependent(stopping, "shop").has_value());
}

TEST(Dependent, IsNoneOfTheMigrationsConcern) {
  EXPECT_FALSE(read_dependent(pod(), "other").has_value());
  Json ended = pod();
  ended["status"]["phase"] = "Succeeded";
  EXPECT_FALSE(read_dependent(ended, "shop").has_value());
  ended["status"]["phase"] = "Failed";
  EXPECT_FALSE(read_dependent(ended, "shop").has_value());
  Json unlabelled = pod();
  unlabelled["metadata"].erase("labels");
  EXPECT_FALSE(read_dependent(unlabelled, "shop").has_value());
}

} // namespace
} // namespace controller::gate
