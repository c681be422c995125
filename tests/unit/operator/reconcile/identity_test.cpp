// A run's Job: created once, from a status that is written, found again, and never stopped by an edit.
#include <gtest/gtest.h>

#include "operator/job/job.h"
#include "tests/unit/operator/reconcile/cases.h"

namespace controller::reconcile {
namespace {

using namespace testing;
using api::ConditionType;

const auto other_target = [](api::Spec &spec) { spec.target = "r3"; };
const auto other_timeout = [](api::Spec &spec) { spec.timeout = std::chrono::seconds(60); };

Observed pending() {
  const Observed observed = fresh();
  return written(observed, decide(observed));
}

Observed running() {
  return settled(with_job(pending()));
}

TEST(Identity, TheJobIsCreatedFromTheStatusThatIsThere) {
  const Observed observed = pending();
  const Decision decision = decide(observed);
  EXPECT_TRUE(decision.create_job);
  EXPECT_EQ(decision.status.run->job, observed.migration.status.run->job);
  EXPECT_TRUE(decision.notes.empty());
}

TEST(Identity, TheJobsUidIsRemembered) {
  const Observed observed = with_job(pending());
  const Decision decision = decide(observed);
  EXPECT_FALSE(decision.create_job);
  EXPECT_EQ(decision.status.run->job_uid, observed.job->uid);
  EXPECT_EQ(shown(decision.status), (Strings{"!Running", "Running", ""}));
}

TEST(Identity, RunIdsStayOverAttempts) {
  Observed observed = running();
  const std::string id = job::run_id("uid-1", *observed.migration.status.run);
  const std::string name = observed.migration.status.run->job;
  observed = with_end(observed, 10, report(observed, "Failed", 10, error("LockBusy", "held")));
  observed = written(observed, decide(observed));
  EXPECT_EQ(job::run_id("uid-1", *observed.migration.status.run), id);
  EXPECT_NE(observed.migration.status.run->job, name);
  EXPECT_EQ(observed.migration.status.run->attempt, 2);
}

TEST(Identity, AJobOfSomebodyElse) {
  Observed observed = with_job(pending());
  observed.job->ours = false;
  const Decision decision = decide(observed);
  EXPECT_FALSE(decision.create_job);
  EXPECT_FALSE(decision.remove_job.has_value());
  EXPECT_EQ(shown(decision.status), (Strings{"!JobNameTaken", "", "JobNameTaken"}));
  EXPECT_EQ(notes(decision), Strings{"JobNameTaken"});
  observed = written(observed, decision);
  EXPECT_TRUE(decide(observed).notes.empty());
  observed.job.reset();
  EXPECT_TRUE(decide(observed).create_job) << "it goes on by itself once the name is free";
  EXPECT_EQ(shown(decide(observed).status), (Strings{"!RunPending", "RunPending", ""}));
}

TEST(Identity, AJobFromBeforeTheStatusWasLostCountsForNothing) {
  Observed observed = with_job(pending());
  observed = with_end(observed, 0, report(observed, "Done", 0, at({"r9"}, {"r9"})));
  observed.job->created = observed.now - std::chrono::hours(1);
  const Decision decision = decide(observed);
  ASSERT_TRUE(decision.status.run.has_value());
  EXPECT_EQ(decision.status.run->sequence, 2);
  EXPECT_FALSE(decision.status.last_run.has_value());
}

TEST(Identity, SequencesGrowPastAllThatIsRemembered) {
  Observed observed = happy();
  observed.migration.status.history.front().sequence = 41;
  EXPECT_EQ(decide(edited(observed, other_target)).status.run->sequence, 42);
}

TEST(Running, ANewGenerationWaits) {
  const Observed observed = edited(running(), other_target);
  const Decision decision = decide(observed);
  EXPECT_FALSE(decision.remove_job.has_value());
  EXPECT_EQ(decision.status.run->target, "r2");
  EXPECT_EQ(shown(decision.status), (Strings{"!RunInProgress", "RunInProgress", ""}));
  EXPECT_EQ(message(decision.status, ConditionType::Reconciling),
            "run 1 (migrate) to r2 is at work in Job " + observed.job->name + "; generation 2 waits for its end");
  EXPECT_EQ(decision.status.observed_generation, 1);
  EXPECT_EQ(kstatus(written(observed, decision).migration), "InProgress");
}

TEST(Running, TheNewGenerationFollows) {
  Observed observed = edited(running(), other_target);
  observed = with_end(observed, 0, report(observed, "Done", 0, at({"r2"}, {"r2", "r1"})));
  observed = written(observed, decide(observed));
  EXPECT_FALSE(observed.migration.status.run.has_value());
  EXPECT_EQ(kstatus(observed.migration), "InProgress");
  observed = written(observed, decide(observed));
  EXPECT_EQ(observed.migration.status.run->target, "r3");
  EXPECT_EQ(observed.migration.status.run->sequence, 2);
}

TEST(Running, SuspendStopsNoRun) {
  const Observed observed = edited(running(), [](api::Spec &spec) { spec.suspend = true; });
  const Decision decision = decide(observed);
  EXPECT_FALSE(decision.remove_job.has_value());
  EXPECT_TRUE(decision.status.run.has_value());
  EXPECT_EQ(condition(decision.status, ConditionType::Reconciling), "RunInProgress");
}

TEST(Running, TellsItsProgress) {
  Observed observed = running();
  observed.settings.progress = true;
  observed.progress = api::Progress{2, 4, 50};
  const Decision decision = decide(observed);
  EXPECT_EQ(decision.status.run->progress, observed.progress);
  EXPECT_EQ(message(decision.status, ConditionType::Reconciling),
            "run 1 (migrate) to r2 is at work in Job " + observed.job->name + ": step 2 of 4, 50%");
  EXPECT_EQ(decision.look_again, std::chrono::seconds(5));
}

TEST(Running, SuspendBlocksAJobThatWasNotCreatedYet) {
  const Observed observed = edited(pending(), [](api::Spec &spec) { spec.suspend = true; });
  const Decision decision = decide(observed);
  EXPECT_FALSE(decision.create_job);
  EXPECT_EQ(shown(decision.status), (Strings{"!Suspended", "", ""}));
  const Observed resumed = edited(written(observed, decision), [](api::Spec &spec) { spec.suspend = false; });
  EXPECT_TRUE(decide(settled(resumed)).create_job);
  EXPECT_EQ(shown(decide(settled(resumed)).status), (Strings{"!RunPending", "RunPending", ""}));
}

TEST(Pending, AnEditOfTheInputsReplacesTheRun) {
  const Decision decision = decide(edited(pending(), other_target));
  EXPECT_FALSE(decision.create_job);
  EXPECT_EQ(decision.status.run->sequence, 2);
  EXPECT_EQ(decision.status.run->target, "r3");
}

TEST(Pending, AnotherEditIsTakenUpBeforeTheJob) {
  const Decision decision = decide(edited(pending(), other_timeout));
  EXPECT_FALSE(decision.create_job);
  EXPECT_EQ(decision.status.run->sequence, 1);
  EXPECT_EQ(decision.status.run->generation, 2);
  EXPECT_EQ(decision.status.observed_generation, 2);
}

TEST(Pending, AnEditThatWantsAPlanReplacesTheRun) {
  const Decision decision = decide(edited(pending(), [](api::Spec &spec) { spec.approval = api::Approval::Manual; }));
  EXPECT_EQ(decision.status.run->sequence, 2);
  EXPECT_EQ(decision.status.run->kind, api::RunKind::Plan);
}

TEST(Pending, WaitsForASlot) {
  Observed observed = pending();
  observed.slot_free = false;
  const Decision decision = decide(observed);
  EXPECT_FALSE(decision.create_job);
  EXPECT_EQ(condition(decision.status, ConditionType::Reconciling), "WaitingForSlot");
  EXPECT_GT(decision.look_again.count(), 0);
  observed = written(observed, decision);
  observed.slot_free = true;
  EXPECT_TRUE(decide(observed).create_job);
}

TEST(Pending, TheJobIsRefused) {
  Observed observed = pending();
  observed.trouble = Trouble{"FailedCreate", "admission webhook \"policy\" denied the request"};
  const Decision decision = decide(observed);
  EXPECT_TRUE(decision.create_job) << "it is tried again";
  EXPECT_EQ(condition(decision.status, ConditionType::Reconciling), "PodForbidden");
  EXPECT_EQ(notes(decision), Strings{"PodForbidden"});
  EXPECT_GE(decision.look_again, std::chrono::seconds(20));
}

struct StuckCase {
  const char *name;
  const char *reason;
  void (*stick)(Observed &);
  bool never_started = true;
};

class StuckTest : public ::testing::TestWithParam<StuckCase> {};

Observed stuck(const StuckCase &param) {
  Observed observed = with_job(pending());
  observed.pods.back().phase = "Pending";
  param.stick(observed);
  return observed;
}

TEST_P(StuckTest, IsLeftToRecoverWithAReason) {
  const Observed observed = stuck(GetParam());
  const Decision decision = decide(observed);
  EXPECT_EQ(shown(decision.status), (Strings{std::string("!") + GetParam().reason, GetParam().reason, ""}));
  EXPECT_EQ(notes(decision), Strings{GetParam().reason});
  EXPECT_TRUE(decision.notes[0].warning);
  EXPECT_FALSE(decision.remove_job.has_value());
  EXPECT_TRUE(decide(written(observed, decision)).notes.empty()) << "told once";
}

TEST_P(StuckTest, MakesWayForAnEditIfNothingRan) {
  const Observed observed = edited(stuck(GetParam()), [](api::Spec &spec) { spec.runner.image = "shop:3"; });
  const Decision decision = decide(observed);
  EXPECT_EQ(decision.remove_job.has_value(), GetParam().never_started);
  if (!decision.remove_job) return;
  EXPECT_EQ(*decision.remove_job, observed.job->uid);
  Observed gone = written(observed, decision);
  gone.job.reset();
  gone.pods.clear();
  const Decision next = decide(gone);
  ASSERT_TRUE(next.status.run.has_value());
  EXPECT_EQ(next.status.run->sequence, 2);
  EXPECT_EQ(next.status.run->generation, 2);
}

INSTANTIATE_TEST_SUITE_P(
    Running, StuckTest,
    ::testing::Values(
        StuckCase{"image", "ImagePull", [](Observed &observed) { observed.pods[0].waiting_reason = "ErrImagePull"; }},
        StuckCase{"image_backoff", "ImagePull", [](Observed &observed) { observed.pods[0].waiting_reason = "ImagePullBackOff"; }},
        StuckCase{"image_name", "ImagePull", [](Observed &observed) { observed.pods[0].waiting_reason = "InvalidImageName"; }},
        StuckCase{"secret", "MissingSecret",
                  [](Observed &observed) {
                    observed.pods[0].waiting_reason = "CreateContainerConfigError";
                    observed.pods[0].waiting_message = "secret \"shop-db\" not found";
                  }},
        StuckCase{"secret_key", "MissingSecret",
                  [](Observed &observed) {
                    observed.pods[0].waiting_reason = "CreateContainerConfigError";
                    observed.pods[0].waiting_message = "couldn't find key uri in Secret shop/shop-db";
                  }},
        StuckCase{"configmap", "MissingConfigMap",
                  [](Observed &observed) {
                    observed.trouble = Trouble{"FailedMount", "configmap \"files\" not found"};
                  }},
        StuckCase{"secret_volume", "MissingSecret",
                  [](Observed &observed) {
                    observed.trouble = Trouble{"FailedMount", "secret \"tls\" not found"};
                  }},
        StuckCase{"claim", "MissingVolume",
                  [](Observed &observed) {
                    observed.pods[0].unschedulable_message =
                        "0/1 nodes are available: persistentvolumeclaim \"backups\" not found.";
                  }},
        StuckCase{"unbound_claim", "MissingVolume",
                  [](Observed &observed) {
                    observed.pods[0].unschedulable_message = "0/1 nodes: pod has unbound immediate PersistentVolumeClaims.";
                  }},
        StuckCase{"volume_in_use", "VolumeInUse",
                  [](Observed &observed) {
                    observed.trouble = Trouble{"FailedAttachVolume", "Multi-Attach error for volume \"pvc-1\""};
                  }},
        StuckCase{
            "unschedulable", "Unschedulable",
            [](Observed &observed) { observed.pods[0].unschedulable_message = "0/3 nodes are available: 3 Insufficient cpu."; }},
        StuckCase{"quota", "PodForbidden",
                  [](Observed &observed) {
                    observed.pods.clear();
                    observed.trouble = Trouble{"FailedCreate", "pods \"x\" is forbidden: exceeded quota"};
                  }},
        StuckCase{"run_as_root", "ContainerCannotRun",
                  [](Observed &observed) {
                    observed.pods[0].waiting_reason = "CreateContainerConfigError";
                    observed.pods[0].waiting_message = "container has runAsNonRoot and image will run as root";
                  }},
        StuckCase{"node_lost", "PodUnreachable", [](Observed &observed) { observed.pods[0].phase = "Unknown"; }, false},
        StuckCase{"past_its_grace", "PodUnreachable",
                  [](Observed &observed) {
                    observed.pods[0].phase = "Running";
                    observed.pods[0].deleting = true;
                    observed.pods[0].gone_by = observed.now - std::chrono::seconds(1);
                  },
                  false},
        StuckCase{"node_not_ready", "PodUnreachable",
                  [](Observed &observed) {
                    observed.pods[0].phase = "Running";
                    observed.trouble = Trouble{"NodeNotReady", "Node is not ready"};
                  },
                  false}),
    [](const auto &param_info) { return param_info.param.name; });

TEST(Stuck, WordsThatComeAndGoAreWrittenOnce) {
  Observed observed = with_job(pending());
  observed.pods[0].phase = "Pending";
  observed.pods[0].waiting_reason = "ErrImagePull";
  observed.pods[0].waiting_message = "shop:2: not found";
  observed = written(observed, decide(observed));
  const std::string told = message(observed.migration.status, ConditionType::Reconciling);
  EXPECT_EQ(
      told,
      "pod " + observed.pods[0].name +
          ": shop:2: not found. Check spec.runner.image, spec.source.imageVolume and the pull secrets; it goes on by itself "
          "then.");
  observed.pods[0].waiting_reason = "ImagePullBackOff";
  observed.pods[0].waiting_message = "Back-off pulling image \"shop:2\"";
  EXPECT_EQ(message(decide(observed).status, ConditionType::Reconciling), told);
}

TEST(Stuck, RecoversByItself) {
  Observed observed = with_job(pending());
  observed.pods[0].phase = "Pending";
  observed.pods[0].waiting_reason = "ErrImagePull";
  observed = written(observed, decide(observed));
  observed.pods[0].phase = "Running";
  observed.pods[0].waiting_reason.clear();
  EXPECT_EQ(shown(decide(observed).status), (Strings{"!Running", "Running", ""}));
}

TEST(Stuck, AJobThatMadeWayIsNoFailedAttempt) {
  Observed observed = running();
  observed.pods[0].phase = "Pending";
  observed.pods[0].unschedulable_message = "0/3 nodes are available: 3 Insufficient cpu.";
  observed = edited(observed, other_timeout);
  EXPECT_EQ(decide(observed).remove_job, observed.job->uid);
  observed.job.reset();
  EXPECT_EQ(decide(observed).status.run->sequence, 1) << "its pod is not gone yet";
  observed.pods.clear();
  const Decision decision = decide(observed);
  EXPECT_EQ(decision.status.run->sequence, 2);
  EXPECT_EQ(notes(decision), Strings{"RunStarted"});
  EXPECT_FALSE(decision.status.last_run.has_value());
  EXPECT_FALSE(decision.run_result.has_value());
}

TEST(Stuck, AJobThatIsBeingDeletedIsNotDeletedAgain) {
  Observed observed = with_job(pending());
  observed.pods[0].phase = "Pending";
  observed.pods[0].waiting_reason = "ErrImagePull";
  observed.job->deleting = true;
  EXPECT_FALSE(decide(edited(observed, other_target)).remove_job.has_value());
}

} // namespace
} // namespace controller::reconcile
