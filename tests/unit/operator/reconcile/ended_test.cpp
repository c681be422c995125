// What a finished Job means: trust, exit codes, attempts, and what the status says afterwards.
#include <gtest/gtest.h>

#include "operator/api/limits.h"
#include "tests/unit/operator/reconcile/cases.h"

namespace controller::reconcile {
namespace {

using namespace testing;
using api::ConditionType;
using std::chrono::seconds;

Observed running(Observed observed = fresh()) {
  return settled(with_job(settled(std::move(observed))));
}

// After the end with this code, decided once.
Decision end(int exit_code, const std::string &code, const std::string &text = "it went wrong", Observed observed = running()) {
  observed = with_end(observed, exit_code, report(observed, "Failed", exit_code, error(code, text)));
  return decide(observed);
}

TEST(Ended, Success) {
  Observed observed = running();
  api::Json fields = at({"r2"}, {"r2", "r1"});
  fields["backup"] = {{"id", "20261122T171203Z-3f9a2b1c"}, {"bytes", 1234}, {"sha256", "9f86"}, {"verified", "archive"}};
  observed = later(with_end(observed, 0, report(observed, "Done", 0, fields)), seconds(7));
  const Decision decision = decide(observed);
  const api::Status &status = decision.status;
  EXPECT_FALSE(status.run.has_value());
  EXPECT_EQ(status.current_revisions, Strings{"r2"});
  EXPECT_EQ(status.target_revisions, Strings{"r2"});
  EXPECT_EQ(status.pending_revisions, 0);
  EXPECT_EQ(status.applied_revisions, (Strings{"r2", "r1"}));
  ASSERT_EQ(status.applied_images.size(), 1U);
  EXPECT_EQ(status.applied_images[0].image, "shop:2");
  EXPECT_EQ(status.applied_images[0].heads, Strings{"r2"});
  ASSERT_TRUE(status.last_success.has_value());
  EXPECT_EQ(status.last_success->target, "r2");
  ASSERT_TRUE(status.last_run.has_value());
  EXPECT_EQ(status.last_run->outcome, "Done");
  EXPECT_EQ(status.last_run->reason, "UpToDate");
  EXPECT_EQ(status.last_run->seconds, 7);
  EXPECT_EQ(status.last_run->image_id, "shop@sha256:0123");
  EXPECT_TRUE(status.last_run->happy());
  EXPECT_EQ(status.history.size(), 1U);
  ASSERT_TRUE(status.last_backup.has_value());
  EXPECT_EQ(status.last_backup->id, "20261122T171203Z-3f9a2b1c");
  EXPECT_EQ(status.last_backup->time, observed.now);
  EXPECT_EQ(condition(status, ConditionType::BackedUp), "BackupTaken");
  EXPECT_EQ(message(status, ConditionType::BackedUp),
            "backup 20261122T171203Z-3f9a2b1c (1234 bytes, verified: archive) was taken by run 1");
  EXPECT_EQ(shown(status), (Strings{"UpToDate", "", ""}));
  EXPECT_EQ(notes(decision), Strings{"RunSucceeded"});
  EXPECT_EQ(decision.run_result, "succeeded");
}

TEST(Ended, AheadIsReadyAndTakesNothingAway) {
  Observed observed = running();
  api::Json fields = at({"r9"}, {"r9", "r2", "r1"});
  fields["file_heads"] = {"r2"};
  observed = with_end(observed, 0, report(observed, "Ahead", 0, fields));
  const Decision decision = decide(observed);
  EXPECT_EQ(shown(decision.status), (Strings{"Ahead", "", ""}));
  EXPECT_EQ(message(decision.status, ConditionType::Ready),
            "the database is at r9, which has all that the runner's files want and more");
  EXPECT_EQ(decision.status.applied_images[0].heads, Strings{"r2"});
}

struct Untrusted {
  const char *name;
  int exit_code;
  std::string (*left)(const Observed &);
  const char *reason; // of last_run
  const char *cause;  // part of the message
};

class TrustTest : public ::testing::TestWithParam<Untrusted> {};

TEST_P(TrustTest, IsNoSuccess) {
  Observed observed = running();
  observed = with_end(observed, GetParam().exit_code, GetParam().left(observed));
  const Decision decision = decide(observed);
  ASSERT_TRUE(decision.status.last_run.has_value());
  EXPECT_FALSE(decision.status.last_run->happy());
  EXPECT_FALSE(decision.status.last_success.has_value());
  EXPECT_EQ(decision.status.last_run->reason, GetParam().reason);
  EXPECT_NE(message(decision.status, ConditionType::Ready).find(GetParam().cause), std::string::npos)
      << message(decision.status, ConditionType::Ready);
}

INSTANTIATE_TEST_SUITE_P(
    Ended, TrustTest,
    ::testing::Values(
        Untrusted{"no_report", 0, [](const Observed &) { return std::string(); }, "Retrying", "exit code 0 and left no report"},
        Untrusted{"no_json", 0, [](const Observed &) { return std::string("done"); }, "Retrying", "a report that cannot be read"},
        Untrusted{"another_runs_report", 0,
                  [](const Observed &observed) {
                    return report(observed, "Done", 0, {{"run_id", "uid-1.7.migrate"}});
                  },
                  "Retrying", "the report of another run"},
        Untrusted{"another_exit_code", 0, [](const Observed &observed) { return report(observed, "Failed", 20); }, "Retrying",
                  "a report with another exit code"},
        Untrusted{"a_success_that_was_killed", 137,
                  [](const Observed &observed) { return report(observed, "Done", 0, at({"r2"}, {"r2"})); }, "Retrying",
                  "a report with another exit code"},
        Untrusted{"a_plans_outcome", 0, [](const Observed &observed) { return report(observed, "Moves", 0); }, "InvalidReport",
                  "the report's outcome Moves is none of a migrate run"},
        Untrusted{"too_old", 0,
                  [](const Observed &observed) {
                    return report(observed, "Done", 0, {{"protocol", "0.9"}});
                  },
                  "RunnerTooOld", "the migrator in image shop:2 is too old for this operator"},
        Untrusted{"too_new", 0,
                  [](const Observed &observed) {
                    return report(observed, "Done", 0, {{"protocol", "2.0"}});
                  },
                  "RunnerTooNew", "the migrator in image shop:2 is too new for this operator"}),
    [](const auto &param_info) { return param_info.param.name; });

TEST(Trust, OnlyThePodsOfOurJobAreAsked) {
  Observed observed = running();
  observed = with_end(observed, 0, report(observed, "Done", 0, at({"r2"}, {"r2"})));
  observed.pods.clear();
  const Decision decision = decide(observed);
  EXPECT_FALSE(decision.status.last_success.has_value());
  EXPECT_EQ(decision.status.run->attempt, 2);
}

TEST(Trust, AHostileReportIsBoundedAndOneLine) {
  const Decision decision = end(20, "SqlError", "bad\n\x1b[31m" + std::string(900, 'x'));
  const std::string told = message(decision.status, ConditionType::Stalled);
  EXPECT_LE(told.size(), 1'024U);
  EXPECT_EQ(told.find('\n'), std::string::npos);
  EXPECT_EQ(told.find('\x1b'), std::string::npos);
  EXPECT_NE(told.find("Mend the revision or the data"), std::string::npos) << "the advice is not cut";
}

struct Code {
  int exit_code;
  const char *error;
  const char *reason;
  bool again; // another attempt follows
};

class FinalTest : public ::testing::TestWithParam<Code> {};

TEST_P(FinalTest, LeadsToItsReason) {
  const Decision decision = end(GetParam().exit_code, GetParam().error);
  EXPECT_EQ(shown(decision.status), (Strings{std::string("!") + GetParam().reason, "", GetParam().reason}));
  EXPECT_EQ(decision.status.run.has_value(), GetParam().again);
  EXPECT_EQ(decision.status.last_run->exit_code, GetParam().exit_code);
  EXPECT_EQ(decision.status.last_run->reason, GetParam().reason);
  EXPECT_EQ(decision.run_result, "failed");
  EXPECT_EQ(decision.notes.back().reason, "RunFailed");
  if (!GetParam().again) return;
  EXPECT_EQ(decision.status.run->attempt, 2);
  EXPECT_EQ(decision.status.run->not_before, kNow + seconds(600)) << "jitter 0.5 is the middle";
}

INSTANTIATE_TEST_SUITE_P(
    Ended, FinalTest,
    ::testing::Values(Code{2, "InvalidGraph", "InvalidRevisions", false}, Code{13, "RunTimeout", "TimedOut", false},
                      Code{20, "SqlError", "MigrationFailed", false}, Code{20, "AssertionFailed", "MigrationFailed", false},
                      Code{21, "ChecksumMismatch", "HistoryMismatch", false},
                      Code{21, "MissingRevision", "HistoryMismatch", false}, Code{21, "Diverged", "Diverged", false},
                      Code{23, "BackupFailed", "BackupFailed", true}, Code{24, "StoppedHalfway", "StoppedHalfway", false},
                      Code{25, "Reverted", "Reverted", false}, Code{25, "Restored", "Restored", false},
                      Code{26, "NoPermission", "NoPermission", true}, Code{26, "Irreversible", "Irreversible", true},
                      Code{26, "OwnedByAnother", "OwnedByAnother", true}, Code{26, "NotWritable", "NoPermission", true},
                      Code{26, "DownNotAllowed", "DatabaseAhead", true}, Code{70, "Internal", "RunnerBug", false},
                      Code{99, "FromTheFuture", "MigrationFailed", false}),
    [](const auto &param_info) { return std::to_string(param_info.param.exit_code) + param_info.param.error; });

TEST(Ended, AFinalFailureWaitsForAnEditOrARequest) {
  const Observed observed = failed(20, "SqlError", "no");
  EXPECT_EQ(decide(later(observed, std::chrono::hours(100))).status.run, std::nullopt);
  EXPECT_EQ(decide(observed).look_again.count(), 0);
  EXPECT_TRUE(decide(annotated(observed, api::kRequestedAt, "1")).status.run.has_value());
}

TEST(Ended, AFailureTellsWhereAndWhatToDo) {
  Observed observed = running();
  const api::Json fields{{"error",
                          {{"code", "SqlError"},
                           {"message", "relation \"users\" does not exist"},
                           {"revision", "r2"},
                           {"file", "migrations/2_r2.sql"},
                           {"line", 7},
                           {"sqlstate", "42P01"}}}};
  observed = with_end(observed, 20, report(observed, "Failed", 20, fields));
  const Decision decision = decide(observed);
  EXPECT_EQ(message(decision.status, ConditionType::Stalled),
            "run 1 (migrate, attempt 1) ended with exit code 20: revision r2: migrations/2_r2.sql:7: SQLSTATE 42P01: relation "
            "\"users\" does "
            "not exist. The step was rolled back. Mend the revision or the data, then change the spec, or set the annotation "
            "migrator.dev/requestedAt to a new value.");
  ASSERT_TRUE(decision.status.last_run->failed.has_value());
  EXPECT_EQ(decision.status.last_run->failed->line, 7);
}

TEST(Ended, AFailureHalfWayTellsWhereTheDatabaseIs) {
  Observed observed = running();
  api::Json fields = error("SqlError", "no");
  fields.update({{"heads_before", Strings{}}, {"heads_after", {"r1"}}, {"applied_revisions", {"r1"}}, {"pending", 1}});
  observed = with_end(observed, 20, report(observed, "Failed", 20, fields));
  const Decision decision = decide(observed);
  EXPECT_EQ(decision.status.current_revisions, Strings{"r1"});
  EXPECT_EQ(decision.status.pending_revisions, 1);
  EXPECT_TRUE(decision.status.applied_images.empty()) << "the run did not succeed";
}

TEST(Ended, ADatabaseThatWasNotReachedKeepsWhatIsKnown) {
  Observed observed = running(edited(happy(), [](api::Spec &spec) { spec.target = "head"; }));
  api::Json fields = error("Unreachable", "no route");
  fields["database_read"] = false;
  observed = with_end(observed, 11, report(observed, "Failed", 11, fields));
  EXPECT_EQ(decide(observed).status.current_revisions, Strings{"r2"});
}

TEST(Ended, ABackupThatFailsIsSeen) {
  const Decision decision = end(23, "BackupFailed", "no space left on device");
  EXPECT_EQ(condition(decision.status, ConditionType::BackedUp), "!BackupNotTaken");
  EXPECT_EQ(notes(decision), (Strings{"BackupFailed", "RunFailed"}));
}

TEST(Ended, DeniedDowngradeIsTold) {
  Observed observed = running(edited(happy(), [](api::Spec &spec) {
    spec.target = "r1";
    spec.downgrade = api::Downgrade::Deny;
  }));
  const Decision decision = end(26, "DownNotAllowed", "r2 would go down", observed);
  EXPECT_EQ(condition(decision.status, ConditionType::Stalled), "DowngradeDenied");
  EXPECT_EQ(
      message(decision.status, ConditionType::Stalled),
      "run 2 (migrate, attempt 1) ended with exit code 26: r2 would go down. Nothing was changed. Set spec.target back to r2, or "
      "spec.downgrade to Approve or Allow. It is tried again every 10 minutes, and at once after an edit.");
}

class AgainTest : public ::testing::TestWithParam<Code> {};

TEST_P(AgainTest, IsTriedAgainInTheSameRun) {
  const Observed observed = running();
  const Decision decision = end(GetParam().exit_code, GetParam().error, "busy", observed);
  ASSERT_TRUE(decision.status.run.has_value());
  const api::Run &run = *decision.status.run;
  EXPECT_EQ(run.sequence, 1);
  EXPECT_EQ(run.attempt, 2);
  EXPECT_EQ(run.job_uid, "");
  EXPECT_EQ(run.start_time, kNow);
  EXPECT_EQ(run.not_before, kNow + seconds(10));
  EXPECT_EQ(shown(decision.status), (Strings{"!Retrying", "Retrying", ""}));
  EXPECT_EQ(decision.run_result, "retried");
  EXPECT_EQ(notes(decision), Strings{"Retrying"});
  EXPECT_EQ(decision.look_again, seconds(10));
}

INSTANTIATE_TEST_SUITE_P(Ended, AgainTest,
                         ::testing::Values(Code{10, "LockBusy", "", true}, Code{11, "Unreachable", "", true},
                                           Code{143, "Terminated", "", true}),
                         [](const auto &param_info) { return std::to_string(param_info.param.exit_code); });

TEST(Again, ALostPod) {
  Observed observed = running();
  observed.job->end = JobEnd::Failed;
  observed.pods[0].phase = "Failed";
  Decision decision = decide(observed);
  EXPECT_EQ(decision.status.run->attempt, 2);
  EXPECT_NE(message(decision.status, ConditionType::Ready).find("was lost on node node-1"), std::string::npos);
}

TEST(Again, AKilledContainer) {
  Observed observed = with_end(running(), 137, "");
  observed.pods[0].ended_reason = "OOMKilled";
  const Decision decision = decide(observed);
  EXPECT_EQ(decision.status.run->attempt, 2);
  EXPECT_NE(message(decision.status, ConditionType::Ready).find("ran out of memory; raise its limit in spec.podTemplate"),
            std::string::npos);
}

TEST(Again, ADisruptedPod) {
  Observed observed = with_end(running(), 137, "");
  observed.pods[0].disrupted = true;
  EXPECT_NE(message(decide(observed).status, ConditionType::Ready).find("was disrupted on node node-1"), std::string::npos);
}

TEST(Again, TheReplacementOfADisruptedPodSpeaks) {
  Observed observed = running();
  PodView first = observed.pods[0];
  first.exit_code = 143;
  first.phase = "Failed";
  first.disrupted = true;
  observed = with_end(observed, 0, report(observed, "Done", 0, at({"r2"}, {"r2"})));
  observed.pods.insert(observed.pods.begin(), first);
  EXPECT_EQ(shown(decide(observed).status), (Strings{"UpToDate", "", ""}));
}

TEST(Again, ADeletedJob) {
  Observed observed = running();
  observed.job.reset();
  Decision decision = decide(observed);
  EXPECT_EQ(decision.status.run->attempt, 1) << "its pod is still at work";
  EXPECT_GT(decision.look_again.count(), 0);
  observed.pods.clear();
  decision = decide(observed);
  EXPECT_EQ(decision.status.run->attempt, 2);
  EXPECT_NE(message(decision.status, ConditionType::Ready).find("was deleted by somebody"), std::string::npos);
}

TEST(Again, WaitsGrowUntilTheDeadlineThenItIsStalledAndStillTried) {
  Observed observed = fresh();
  observed.migration.spec.retry_deadline = seconds(200);
  observed = settled(observed);
  std::vector<long> waits;
  Strings results;
  for (int attempt = 1; attempt <= 7; ++attempt) {
    ASSERT_TRUE(decide(observed).create_job);
    observed = settled(with_job(observed));
    if (attempt > 6) {
      EXPECT_EQ(shown(observed.migration.status), (Strings{"!RetriesExhausted", "", "RetriesExhausted"}))
          << "kstatus must not see it flap";
    }
    observed = with_end(observed, 10, report(observed, "Failed", 10, error("LockBusy", "held by anna")));
    const Decision decision = decide(observed);
    waits.push_back((*decision.status.run->not_before - observed.now).count());
    results.push_back(*decision.run_result);
    observed = written(observed, decision);
    EXPECT_FALSE(decide(observed).create_job) << "not before its time";
    EXPECT_EQ(decide(observed).look_again, seconds(waits.back()));
    observed = later(observed, seconds(waits.back()));
  }
  EXPECT_EQ(waits, (std::vector<long>{10, 20, 40, 80, 160, 600, 600}));
  EXPECT_EQ(results, (Strings{"retried", "retried", "retried", "retried", "retried", "failed", "retried"}));
  EXPECT_EQ(message(observed.migration.status, ConditionType::Stalled),
            "run 1 (migrate, attempt 7) ended with exit code 10: held by anna. It went on past spec.retry.deadline (200s). Mend "
            "the cause; it "
            "is tried again every 10 minutes, and at once after an edit.");
}

TEST(Again, IsNotToldEveryTenMinutes) {
  Observed observed = written(running(), end(26, "NoPermission", "GRANT this"));
  observed = settled(with_job(later(observed, seconds(700))));
  const Decision decision = end(26, "NoPermission", "GRANT this", observed);
  EXPECT_TRUE(decision.notes.empty());
  EXPECT_EQ(decision.status.run->attempt, 3);
  EXPECT_EQ(decision.run_result, "retried");
  EXPECT_EQ(notes(end(23, "BackupFailed", "full", observed)), (Strings{"BackupFailed", "RunFailed"})) << "another cause is told";
}

TEST(Again, JobsOfTheSameFailureDoNotPileUp) {
  Decision decision = end(26, "NoPermission", "GRANT this");
  EXPECT_FALSE(decision.remove_job.has_value()) << "the first one's log stays";
  const Observed observed = settled(with_job(later(written(running(), decision), seconds(700))));
  decision = end(26, "NoPermission", "GRANT this", observed);
  EXPECT_EQ(decision.remove_job, observed.job->uid);
  EXPECT_FALSE(decide(with_end(observed, 137, "")).remove_job.has_value()) << "only its log can tell why";
}

TEST(Again, TheDeadlineCountsFromTheFirstJob) {
  Observed observed = later(settled(fresh()), std::chrono::hours(3));
  observed = settled(with_job(observed));
  EXPECT_EQ(observed.migration.status.run->start_time, observed.now);
  EXPECT_EQ(shown(end(10, "LockBusy", "held", observed).status), (Strings{"!Retrying", "Retrying", ""}));
}

TEST(Again, MendedItSucceeds) {
  Observed observed = written(running(), end(26, "NoPermission", "GRANT this"));
  observed = settled(with_job(later(observed, seconds(700))));
  observed = with_end(observed, 0, report(observed, "Done", 0, at({"r2"}, {"r2"})));
  EXPECT_EQ(shown(decide(observed).status), (Strings{"UpToDate", "", ""}));
}

TEST(Again, ANewGenerationReplacesTheRunBetweenAttempts) {
  const Observed observed = written(running(), end(10, "LockBusy"));
  Decision decision = decide(edited(observed, [](api::Spec &spec) { spec.lock_wait = seconds(1); }));
  EXPECT_EQ(decision.status.run->sequence, 2);
  EXPECT_EQ(decision.status.run->attempt, 1);
  decision = decide(annotated(observed, api::kRequestedAt, "1"));
  EXPECT_EQ(decision.status.run->sequence, 2);
}

TEST(Again, SuspendBlocksTheNextAttempt) {
  Observed observed = written(running(), end(10, "LockBusy"));
  observed = edited(later(observed, seconds(60)), [](api::Spec &spec) { spec.suspend = true; });
  const Decision decision = decide(observed);
  EXPECT_FALSE(decision.create_job);
  EXPECT_EQ(decision.status.run->attempt, 2);
  EXPECT_EQ(shown(decision.status), (Strings{"!Suspended", "", ""}));
}

TEST(Images, AreDroppedWithTheRevisionsTheyHold) {
  Observed observed = happy();
  observed = edited(observed, [](api::Spec &spec) {
    spec.target = "r3";
    spec.runner.image = "shop:3";
  });
  observed = running(observed);
  observed = with_end(observed, 0, report(observed, "Done", 0, at({"r3"}, {"r3", "r2", "r1"})));
  observed = settled(written(observed, decide(observed)));
  ASSERT_EQ(observed.migration.status.applied_images.size(), 2U);
  EXPECT_EQ(observed.migration.status.applied_images[0].image, "shop:3");
  observed = running(edited(observed, [](api::Spec &spec) { spec.target = "r2"; }));
  api::Json down = at({"r2"}, {"r2", "r1"});
  down["file_heads"] = {"r3"};
  observed = with_end(observed, 0, report(observed, "Done", 0, down));
  observed = written(observed, decide(observed));
  ASSERT_EQ(observed.migration.status.applied_images.size(), 1U);
  EXPECT_EQ(observed.migration.status.applied_images[0].image, "shop:2");
}

TEST(Images, StayWhenTheirHeadsAreOlderThanTheList) {
  Observed observed = happy();
  observed = running(edited(observed, [](api::Spec &spec) {
    spec.target = "head";
    spec.runner.image = "shop:3";
  }));
  api::Json fields = at({"r9"}, {"r9", "r8"});
  fields["applied_revisions_cut"] = 7;
  observed = with_end(observed, 0, report(observed, "Done", 0, fields));
  const Decision decision = decide(observed);
  EXPECT_EQ(decision.status.applied_images.size(), 2U);
  EXPECT_EQ(decision.status.applied_revisions, (Strings{"r9", "r8", "r2", "r1"})) << "filled up with what was known";
}

TEST(Images, OfAnImageVolumeAndOfNone) {
  Observed observed = fresh();
  observed.migration.spec.source.type = api::SourceType::ImageVolume;
  observed.migration.spec.source.image = "files:7";
  EXPECT_EQ(happy(observed).migration.status.applied_images[0].image, "files:7");
  observed.migration.spec.source.type = api::SourceType::ConfigMap;
  EXPECT_TRUE(happy(observed).migration.status.applied_images.empty());
  observed = fresh();
  observed.migration.spec.runner.image.clear();
  EXPECT_EQ(happy(observed).migration.status.applied_images[0].image, "migrator:1");
}

TEST(History, KeepsTheLastTenRuns) {
  Observed observed = fresh();
  for (int run = 1; run <= 12; ++run) observed = happy(annotated(observed, api::kRequestedAt, std::to_string(run)));
  ASSERT_EQ(observed.migration.status.history.size(), api::kMostRuns);
  EXPECT_EQ(observed.migration.status.history.front().sequence, 12);
  EXPECT_EQ(observed.migration.status.history.back().sequence, 3);
}

} // namespace
} // namespace controller::reconcile
