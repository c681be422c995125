#include "migrator/gate/readiness.h"

#include <gtest/gtest.h>

namespace migrator::gate {
namespace {

using nlohmann::json;

struct Case {
  std::string name;
  std::string migration;
  std::string reason; // empty: contained
};

class Readiness : public testing::TestWithParam<Case> {};

TEST_P(Readiness, IsKstatus) {
  const Verdict verdict = readiness(json::parse(GetParam().migration));
  EXPECT_EQ(verdict.contained, GetParam().reason.empty());
  EXPECT_EQ(verdict.reason, GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(
    Migrations, Readiness,
    testing::Values(
        Case{"Ready",
             R"({"metadata": {"generation": 2},
                 "status": {"observedGeneration": 2, "conditions": [{"type": "Drifted", "status": "True"}, {"type": "Ready", "status": "True"}]}})",
             ""},
        Case{"ReadyAndOverTheRest",
             R"({"metadata": {"generation": 2},
                 "status": {"observedGeneration": 2, "conditions": [{"type": "Reconciling", "status": "False"},
                            {"type": "Stalled", "status": "False"}, {"type": "Ready", "status": "True"}]}})",
             ""},
        Case{"NeverSeen", R"({"metadata": {"generation": 1}, "status": {"observedGeneration": -1}})",
             "the operator has not looked at the Migration yet"},
        Case{"WithoutStatus", R"({"metadata": {"generation": 1}})", "the operator has not looked at the Migration yet"},
        Case{"ReadyInAnEarlierGeneration",
             R"({"metadata": {"generation": 3},
                 "status": {"observedGeneration": 2, "conditions": [{"type": "Ready", "status": "True"}]}})",
             "the operator has not looked at the Migration's generation 3 yet"},
        Case{"BeingDeleted",
             R"({"metadata": {"generation": 2, "deletionTimestamp": "2026-11-22T10:00:00Z"},
                 "status": {"observedGeneration": 2, "conditions": [{"type": "Ready", "status": "True"}]}})",
             "the Migration is being deleted"},
        Case{"Reconciling",
             R"({"metadata": {"generation": 2},
                 "status": {"observedGeneration": 2, "conditions": [{"type": "Ready", "status": "True"},
                            {"type": "Reconciling", "status": "True", "reason": "RunInProgress", "message": "step 2 of 3"}]}})",
             "the Migration goes on: RunInProgress: step 2 of 3"},
        Case{"Stalled",
             R"({"metadata": {"generation": 2},
                 "status": {"observedGeneration": 2, "conditions": [{"type": "Ready", "status": "False", "reason": "SqlError"},
                            {"type": "Stalled", "status": "True", "reason": "SqlError", "message": "no such table: t"}]}})",
             "the Migration is stalled until somebody mends it: SqlError: no such table: t"},
        Case{"NotReady",
             R"({"metadata": {"generation": 2},
                 "status": {"observedGeneration": 2, "conditions": [{"type": "Ready", "status": "False", "reason": "Suspended"}]}})",
             "the Migration is not ready: Suspended"},
        Case{
            "ReadyUnknown",
            R"({"metadata": {"generation": 2}, "status": {"observedGeneration": 2, "conditions": [{"type": "Ready", "status": "Unknown"}]}})",
            "the Migration is not ready: "},
        Case{"WithoutConditions", R"({"metadata": {"generation": 2}, "status": {"observedGeneration": 2}})",
             "the operator has not said yet whether the Migration is ready"},
        Case{"OfWrongTypes", R"({"metadata": [], "status": {"observedGeneration": "2", "conditions": {"type": "Ready"}}})",
             "the operator has not looked at the Migration yet"},
        Case{
            "ConditionsOfWrongTypes",
            R"({"metadata": {"generation": 2}, "status": {"observedGeneration": 2, "conditions": [1, null, {"type": 1, "status": true}]}})",
            "the operator has not said yet whether the Migration is ready"},
        Case{"NotAnObject", "[]", "the operator has not looked at the Migration yet"}),
    [](const auto &given) { return given.param.name; });

} // namespace
} // namespace migrator::gate
