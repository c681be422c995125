// Going down while applications run: what holds the run, and what the gates do meanwhile.
#include <gtest/gtest.h>

#include "operator/gate/contained.h"
#include "tests/unit/operator/reconcile/cases.h"

namespace controller::reconcile {
namespace {

using namespace testing;
using api::ConditionType;
using api::RunKind;

Observed down() {
  Observed observed = edited(happy(), [](api::Spec &spec) { spec.target = "r1"; });
  observed.settings.gating = true;
  return observed;
}

Observed without_job(Observed observed) {
  observed.job.reset();
  observed.pods.clear();
  return observed;
}

Dependent pod(const std::string &name, const std::string &revision, const std::string &image = {}, bool gated = false) {
  return {name, revision, image, gated};
}

TEST(Gating, APlanWithNobodyInTheWayGoesOn) {
  Observed observed = down();
  observed.dependents = {pod("old", "r1")};
  observed = without_job(plan_made(observed));
  EXPECT_EQ(decide(observed).status.run->kind, RunKind::Migrate);
}

struct Holder {
  const char *name;
  Dependent dependent;
};

class HoldTest : public ::testing::TestWithParam<Holder> {};

TEST_P(HoldTest, HoldsTheRun) {
  Observed observed = down();
  observed.dependents = {GetParam().dependent};
  observed = plan_made(observed);
  EXPECT_EQ(shown(observed.migration.status), (Strings{"!AppsStillRequireRevision", "AppsStillRequireRevision", ""}));
  const std::string id = observed.migration.status.plan->id;
  EXPECT_EQ(message(observed.migration.status, ConditionType::Reconciling),
            "pods require revisions that plan " + id +
                " takes away: web (r2). It goes on when they are gone; to go down all the same, set the "
                "annotation migrator.dev/force to " +
                id);
  Decision decision = decide(observed);
  EXPECT_FALSE(decision.remove_job.has_value());
  EXPECT_GT(decision.look_again.count(), 0);
  EXPECT_TRUE(decision.notes.empty());
  observed.dependents.clear();
  EXPECT_TRUE(decide(observed).remove_job.has_value()) << "looked at again when pods change";
}

INSTANTIATE_TEST_SUITE_P(Gating, HoldTest,
                         ::testing::Values(Holder{"by_revision", pod("web", "r2")}, Holder{"by_image", pod("web", "", "shop:2")},
                                           Holder{"gated", pod("web", "r2", "", true)}),
                         [](const auto &param_info) { return param_info.param.name; });

TEST(Gating, ForceOverrides) {
  Observed observed = down();
  observed.dependents = {pod("web", "r2")};
  observed = plan_made(observed);
  const std::string id = observed.migration.status.plan->id;
  EXPECT_FALSE(decide(annotated(observed, api::kForce, "another")).remove_job.has_value());
  observed = annotated(observed, api::kForce, id);
  EXPECT_TRUE(decide(observed).remove_job.has_value());
  observed = settled(without_job(observed));
  EXPECT_EQ(observed.migration.status.run->kind, RunKind::Migrate);
  EXPECT_EQ(observed.migration.status.run->requests.force, id);
  EXPECT_TRUE(decide(observed).create_job);
}

TEST(Gating, NamesUpToFivePods) {
  Observed observed = down();
  for (int number = 1; number <= 7; ++number) observed.dependents.push_back(pod("web-" + std::to_string(number), "r2"));
  observed = plan_made(observed);
  EXPECT_NE(message(observed.migration.status, ConditionType::Reconciling)
                .find("web-1 (r2), web-2 (r2), web-3 (r2), web-4 (r2), web-5 (r2) and 2 more. It goes on"),
            std::string::npos);
}

TEST(Gating, APodThatCameInBetweenHoldsTheJob) {
  Observed observed = settled(without_job(plan_made(down())));
  ASSERT_EQ(observed.migration.status.run->kind, RunKind::Migrate);
  observed.dependents = {pod("web", "r2")};
  const Decision decision = decide(observed);
  EXPECT_FALSE(decision.create_job);
  EXPECT_EQ(condition(decision.status, ConditionType::Reconciling), "AppsStillRequireRevision");
  observed.dependents.clear();
  EXPECT_TRUE(decide(written(observed, decision)).create_job);
}

TEST(Gating, GatesStayFromTheRunUntilItsReport) {
  Observed observed = plan_made(down());
  EXPECT_FALSE(gate::revision_may_go(observed.migration.status, "r2")) << "a plan only waits";
  observed = settled(with_job(settled(without_job(observed))));
  EXPECT_TRUE(gate::revision_may_go(observed.migration.status, "r2"));
  EXPECT_FALSE(gate::revision_may_go(observed.migration.status, "r1"));
  Observed again = with_end(observed, 10, report(observed, "Failed", 10, error("LockBusy", "held")));
  again = written(again, decide(again));
  EXPECT_TRUE(gate::revision_may_go(again.migration.status, "r2")) << "the next attempt takes it away";
  observed = with_end(observed, 0, report(observed, "Done", 0, at({"r1"}, {"r1"})));
  observed = written(observed, decide(observed));
  EXPECT_FALSE(gate::revision_may_go(observed.migration.status, "r2"));
  EXPECT_FALSE(gate::contains_revision(observed.migration.status, "r2"));
}

TEST(Gating, WhatMayBeGoneWithoutAReportIsNotClaimed) {
  Observed observed = settled(with_job(settled(without_job(plan_made(down())))));
  observed = with_end(observed, 20, "");
  observed = written(observed, decide(observed));
  EXPECT_FALSE(observed.migration.status.run.has_value());
  EXPECT_FALSE(gate::contains_revision(observed.migration.status, "r2"));
  EXPECT_FALSE(gate::contains_image(observed.migration.status, "shop:2"));
  EXPECT_TRUE(gate::contains_revision(observed.migration.status, "r1"));
}

TEST(Gating, OffHoldsNothing) {
  Observed observed = down();
  observed.settings.gating = false;
  observed.dependents = {pod("web", "r2")};
  EXPECT_EQ(decide(observed).status.run->kind, RunKind::Migrate);
}

} // namespace
} // namespace controller::reconcile
