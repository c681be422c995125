// Plans that wait for consent, and the runs that follow them.
#include <gtest/gtest.h>

#include "operator/reconcile/approval.h"
#include "tests/unit/operator/reconcile/cases.h"

namespace controller::reconcile {
namespace {

using namespace testing;
using api::ConditionType;
using api::RunKind;

Observed down(void (*edit)(api::Spec &) = [](api::Spec &) {}) {
  return edited(happy(), [&](api::Spec &spec) {
    spec.target = "r1";
    spec.approval = api::Approval::Manual;
    edit(spec);
  });
}

std::string id_of(const Observed &observed) {
  return observed.migration.status.plan->id;
}

Observed approved(const Observed &observed, const std::string &id) {
  return annotated(observed, api::kApprove, id);
}

TEST(Approval, ThePlanWaits) {
  const Observed observed = plan_made(down());
  const api::Status &status = observed.migration.status;
  ASSERT_TRUE(status.plan.has_value());
  EXPECT_EQ(status.plan->id, plan_id("v1:abc", "uid-1", 2));
  EXPECT_EQ(status.plan->id.size(), 16U);
  EXPECT_EQ(status.plan->steps.size(), 1U);
  EXPECT_TRUE(status.plan->destructive);
  EXPECT_EQ(status.plan->kinds, Strings{"down"});
  EXPECT_EQ(shown(status), (Strings{"!AwaitingApproval", "AwaitingApproval", ""}));
  EXPECT_EQ(condition(status, ConditionType::Approved), "!AwaitingApproval");
  EXPECT_EQ(message(status, ConditionType::Approved), "plan " + status.plan->id +
                                                          " waits for approval, for spec.approval is Manual: read status.plan, "
                                                          "then approve it with `kubectl annotate migration shop "
                                                          "-n shop --overwrite migrator.dev/approve=" +
                                                          status.plan->id + "`");
  EXPECT_EQ(kstatus(observed.migration), "InProgress");
  EXPECT_EQ(status.current_revisions, Strings{"r2"}) << "a plan moves nothing";
}

TEST(Approval, WaitingIsToldOnceAndNothingHappens) {
  Observed observed = settled(with_job(settled(down())));
  api::Json plan = at({"r2"}, {"r2", "r1"});
  plan["plan_hash"] = "v1:abc";
  observed = with_end(observed, 0, report(observed, "Moves", 0, plan));
  Decision decision = decide(observed);
  EXPECT_EQ(notes(decision), Strings{"AwaitingApproval"});
  observed = settled(written(observed, decision));
  decision = decide(later(observed, std::chrono::hours(1000)));
  EXPECT_TRUE(decision.notes.empty());
  EXPECT_FALSE(decision.create_job);
  EXPECT_FALSE(decision.remove_job.has_value());
  EXPECT_EQ(decision.look_again.count(), 0);
}

TEST(Approval, ItsJobMayBeGone) {
  Observed observed = plan_made(down());
  observed.job.reset();
  observed.pods.clear();
  EXPECT_EQ(shown(decide(observed).status), (Strings{"!AwaitingApproval", "AwaitingApproval", ""}));
}

TEST(Approval, IsConsumedWhenTheRunIsWritten) {
  Observed observed = plan_made(down());
  const std::string id = id_of(observed);
  observed = approved(observed, id);
  Decision decision = decide(observed);
  EXPECT_EQ(decision.remove_job, observed.job->uid) << "the plan's Job is kept until here";
  EXPECT_EQ(decision.status.run->kind, RunKind::Plan);
  observed.job.reset();
  observed.pods.clear();
  decision = decide(observed);
  ASSERT_TRUE(decision.status.run.has_value());
  EXPECT_EQ(decision.status.run->kind, RunKind::Migrate);
  EXPECT_EQ(decision.status.run->sequence, 2);
  EXPECT_EQ(decision.status.run->approved_hash, "v1:abc");
  EXPECT_TRUE(decision.status.run->allow_down);
  EXPECT_EQ(decision.status.last_handled_approval, id);
  EXPECT_EQ(condition(decision.status, ConditionType::Approved), "ApprovedByAnnotation");
  EXPECT_EQ(notes(decision), Strings{"Approved"});
  EXPECT_TRUE(decision.status.plan.has_value()) << "gates look at it until the report";
  observed = with_job(settled(written(observed, decision)));
  observed = with_end(observed, 0, report(observed, "Done", 0, at({"r1"}, {"r1"})));
  observed = written(observed, decide(observed));
  EXPECT_FALSE(observed.migration.status.plan.has_value());
  EXPECT_EQ(observed.migration.status.last_success->target, "r1");
  EXPECT_EQ(observed.migration.status.history.size(), 2U) << "plan and run are one sequence";
  EXPECT_EQ(shown(observed.migration.status), (Strings{"UpToDate", "", ""}));
}

TEST(Approval, TheApprovedRunIsTriedAgainWithItsPlan) {
  Observed observed = approved(plan_made(down()), "x");
  observed = approved(observed, id_of(observed));
  observed.job.reset();
  observed.pods.clear();
  observed = settled(with_job(settled(observed)));
  observed = with_end(observed, 10, report(observed, "Failed", 10, error("LockBusy", "held")));
  const Decision decision = decide(observed);
  EXPECT_EQ(decision.status.run->attempt, 2);
  EXPECT_EQ(decision.status.run->approved_hash, "v1:abc");
  EXPECT_TRUE(decision.status.plan.has_value());
}

TEST(Approval, AStaleIdIsRefusedOncePerValue) {
  Observed observed = approved(plan_made(down()), "0123456789abcdef");
  const Decision decision = decide(observed);
  EXPECT_EQ(decision.status.run->kind, RunKind::Plan);
  EXPECT_FALSE(decision.remove_job.has_value());
  EXPECT_EQ(condition(decision.status, ConditionType::Approved), "!ApprovalRejected");
  EXPECT_EQ(notes(decision), Strings{"ApprovalRejected"});
  EXPECT_EQ(decision.notes[0].message.substr(0, 86),
            "migrator.dev/approve names 0123456789abcdef, which is not the plan that waits; plan " +
                id_of(observed).substr(0, 2));
  observed = written(observed, decision);
  EXPECT_TRUE(decide(observed).notes.empty());
  EXPECT_EQ(notes(decide(approved(observed, "another"))), Strings{"ApprovalRejected"});
  EXPECT_EQ(decide(approved(observed, id_of(observed))).remove_job, observed.job->uid) << "the right one is taken";
}

TEST(Approval, AUsedIdIsRefused) {
  Observed observed = plan_made(down());
  observed.migration.status.last_handled_approval = id_of(observed);
  const Decision decision = decide(approved(observed, id_of(observed)));
  EXPECT_EQ(decision.status.run->kind, RunKind::Plan);
  EXPECT_NE(message(decision.status, ConditionType::Approved).find("which was used before"), std::string::npos);
}

TEST(Approval, AnIdThatIsLeftOverIsNotTakenAndBothAreTold) {
  Observed observed = approved(settled(with_job(settled(down()))), "0123456789abcdef");
  observed.migration.status.last_handled_approval = "0123456789abcdef";
  api::Json plan = at({"r2"}, {"r2", "r1"});
  plan["plan_hash"] = "v1:abc";
  const Decision decision = decide(with_end(observed, 0, report(observed, "Moves", 0, plan)));
  EXPECT_EQ(notes(decision), (Strings{"AwaitingApproval", "ApprovalRejected"}));
  EXPECT_EQ(shown(decision.status), (Strings{"!AwaitingApproval", "AwaitingApproval", ""}));
}

TEST(Approval, AnOldIdDoesNotFitTheNextPlan) {
  EXPECT_NE(plan_id("v1:abc", "uid-1", 2), plan_id("v1:abc", "uid-1", 3));
  EXPECT_NE(plan_id("v1:abc", "uid-1", 2), plan_id("v1:abc", "uid-2", 2));
  EXPECT_NE(plan_id("v1:abc", "uid-1", 2), plan_id("v1:abd", "uid-1", 2));
}

struct Need {
  const char *name;
  api::Approval approval;
  api::Downgrade downgrade;
  const char *target;
  bool destructive;
  bool goes_down;
  bool needed;
};

class NeedTest : public ::testing::TestWithParam<Need> {};

TEST_P(NeedTest, Says) {
  api::Spec spec;
  spec.approval = GetParam().approval;
  spec.downgrade = GetParam().downgrade;
  spec.target = GetParam().target;
  api::PlanStatus plan;
  plan.destructive = GetParam().destructive;
  plan.steps = {{"r2", GetParam().goes_down ? "down" : "up", true}};
  EXPECT_EQ(why_consent(spec, plan).has_value(), GetParam().needed);
}

INSTANTIATE_TEST_SUITE_P(
    Approval, NeedTest,
    ::testing::Values(Need{"automatic", api::Approval::Automatic, api::Downgrade::Allow, "r1", true, true, false},
                      Need{"manual", api::Approval::Manual, api::Downgrade::Allow, "head", false, false, true},
                      Need{"destructive", api::Approval::Destructive, api::Downgrade::Allow, "head", true, false, true},
                      Need{"harmless", api::Approval::Destructive, api::Downgrade::Allow, "head", false, false, false},
                      Need{"base", api::Approval::Automatic, api::Downgrade::Allow, "base", false, true, true},
                      Need{"base_among_others", api::Approval::Automatic, api::Downgrade::Allow, "r1, base", false, true, true},
                      Need{"downgrade_approve", api::Approval::Automatic, api::Downgrade::Approve, "r1", false, true, true},
                      Need{"downgrade_approve_going_up", api::Approval::Automatic, api::Downgrade::Approve, "r3", false, false,
                           false}),
    [](const auto &param_info) { return param_info.param.name; });

TEST(Plan, ThatNeedsNoApprovalGoesStraightOn) {
  Observed observed = plan_made(down([](api::Spec &spec) { spec.approval = api::Approval::Destructive; }));
  EXPECT_EQ(condition(observed.migration.status, ConditionType::Approved), "!AwaitingApproval");
  observed = edited(observed, [](api::Spec &spec) { spec.approval = api::Approval::Automatic; });
  observed.job.reset();
  observed.pods.clear();
  const Decision decision = decide(observed);
  EXPECT_EQ(decision.status.run->kind, RunKind::Migrate);
  EXPECT_EQ(decision.status.run->approved_hash, "v1:abc");
  EXPECT_EQ(decision.status.last_handled_approval, "");
  EXPECT_EQ(condition(decision.status, ConditionType::Approved), "NoApprovalNeeded");
}

TEST(Plan, WithNothingToDoIsASuccessWithoutARun) {
  for (const std::string outcome : {"NothingToDo", "Ahead"}) {
    Observed observed = settled(with_job(settled(down())));
    observed = with_end(observed, 0, report(observed, outcome, 0, at({"r1"}, {"r1"})));
    const Decision decision = decide(observed);
    EXPECT_FALSE(decision.status.run.has_value());
    EXPECT_FALSE(decision.status.plan.has_value());
    EXPECT_EQ(decision.status.last_success->target, "r1");
    EXPECT_EQ(decision.run_result, "succeeded");
    EXPECT_EQ(shown(decision.status)[0], outcome == "Ahead" ? "Ahead" : "UpToDate");
    const Decision next = decide(written(observed, decision));
    EXPECT_FALSE(next.status.run.has_value());
  }
}

TEST(Plan, ThatFailsIsAFailure) {
  Observed observed = settled(with_job(settled(down())));
  EXPECT_EQ(shown(observed.migration.status), (Strings{"!Planning", "Planning", ""}));
  observed = with_end(observed, 26, report(observed, "Failed", 26, error("Irreversible", "r2 has no way back")));
  EXPECT_EQ(condition(decide(observed).status, ConditionType::Stalled), "Irreversible");
}

TEST(Plan, IsReplacedByOtherInputs) {
  Observed observed = edited(plan_made(down()), [](api::Spec &spec) { spec.target = "r0"; });
  EXPECT_TRUE(decide(observed).remove_job.has_value());
  observed.job.reset();
  observed.pods.clear();
  const Decision decision = decide(observed);
  EXPECT_EQ(decision.status.run->sequence, 3);
  EXPECT_EQ(decision.status.run->kind, RunKind::Plan);
  EXPECT_FALSE(decision.status.plan.has_value());
  EXPECT_EQ(condition(decision.status, ConditionType::Approved), "");
}

TEST(Plan, StaysUnderOtherEdits) {
  const Observed observed = edited(plan_made(down()), [](api::Spec &spec) { spec.timeout = std::chrono::seconds(1); });
  const Decision decision = decide(observed);
  EXPECT_EQ(decision.status.plan->id, id_of(observed));
  EXPECT_EQ(decision.status.observed_generation, 3);
  EXPECT_FALSE(decision.remove_job.has_value());
}

TEST(Plan, SuspendBlocksTheApprovedRun) {
  Observed observed = edited(plan_made(down()), [](api::Spec &spec) { spec.suspend = true; });
  observed = approved(observed, id_of(observed));
  observed.job.reset();
  const Decision decision = decide(observed);
  EXPECT_EQ(decision.status.run->kind, RunKind::Plan);
  EXPECT_EQ(decision.status.last_handled_approval, "");
  EXPECT_EQ(shown(decision.status), (Strings{"!Suspended", "", ""}));
  const Observed resumed = edited(written(observed, decision), [](api::Spec &spec) { spec.suspend = false; });
  EXPECT_EQ(decide(resumed).status.run->kind, RunKind::Migrate);
}

TEST(Plan, ThatHasChangedIsMadeAgain) {
  Observed observed = plan_made(down());
  observed = approved(observed, id_of(observed));
  observed.job.reset();
  observed.pods.clear();
  observed = settled(with_job(settled(observed)));
  observed = with_end(observed, 22, report(observed, "Failed", 22, error("ApprovalNeeded", "the plan is another")));
  const Decision decision = decide(observed);
  ASSERT_TRUE(decision.status.run.has_value());
  EXPECT_EQ(decision.status.run->kind, RunKind::Plan);
  EXPECT_EQ(decision.status.run->sequence, 3);
  EXPECT_EQ(decision.status.run->not_before, observed.now + std::chrono::seconds(10));
  EXPECT_FALSE(decision.status.plan.has_value());
  EXPECT_EQ(decision.status.last_run->reason, "ApprovalPlanChanged");
  EXPECT_EQ(shown(decision.status), (Strings{"!ApprovalPlanChanged", "ApprovalPlanChanged", ""}));
  EXPECT_EQ(notes(decision), Strings{"ApprovalPlanChanged"});
  const Observed next = written(observed, decision);
  EXPECT_FALSE(decide(next).create_job);
  EXPECT_TRUE(decide(later(next, std::chrono::seconds(10))).create_job);
}

} // namespace
} // namespace controller::reconcile
