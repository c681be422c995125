// When a run starts, of which kind, and what it may do.
#include <gtest/gtest.h>

#include "operator/api/migration_json.h"
#include "operator/job/job.h"
#include "tests/unit/operator/reconcile/cases.h"

namespace controller::reconcile {
namespace {

using namespace testing;
using api::ConditionType;
using api::RunKind;

// The run that a decision writes; a failed test if there is none.
api::Run started(const Observed &observed) {
  const Decision decision = decide(observed);
  EXPECT_TRUE(decision.status.run.has_value());
  EXPECT_FALSE(decision.create_job) << "a Job is created only from a status that is written";
  return decision.status.run.value_or(api::Run{});
}

void nothing_starts(const Observed &observed) {
  const Decision decision = decide(observed);
  EXPECT_FALSE(decision.status.run.has_value());
  EXPECT_FALSE(decision.create_job);
}

TEST(Start, TheFirstRun) {
  const Observed observed = fresh();
  const Decision decision = decide(observed);
  ASSERT_TRUE(decision.status.run.has_value());
  const api::Run &run = *decision.status.run;
  EXPECT_EQ(run.sequence, 1);
  EXPECT_EQ(run.kind, RunKind::Migrate);
  EXPECT_EQ(run.attempt, 1);
  EXPECT_EQ(run.job, job::job_name("shop", "uid-1", run));
  EXPECT_EQ(run.job_uid, "");
  EXPECT_EQ(run.input_hash, job::input_hash(observed.migration.spec));
  EXPECT_EQ(run.target, "r2");
  EXPECT_EQ(run.generation, 1);
  EXPECT_EQ(run.start_time, kNow);
  EXPECT_FALSE(run.allow_down);
  EXPECT_EQ(decision.status.observed_generation, 1);
  EXPECT_EQ(shown(decision.status), (Strings{"!RunPending", "RunPending", ""}));
  EXPECT_EQ(message(decision.status, ConditionType::Reconciling), "run 1 (migrate) to r2 is about to start: there was none yet");
  EXPECT_EQ(notes(decision), Strings{"RunStarted"});
  EXPECT_EQ(decision.notes[0].key, "1.migrate.1");
}

TEST(Start, ConditionsAreSetOnTheFirstVisit) {
  for (const bool suspend : {false, true}) {
    Observed observed = fresh();
    observed.migration.spec.suspend = suspend;
    EXPECT_FALSE(decide(observed).status.conditions.empty());
  }
}

TEST(Start, NothingAfterAHappyRun) {
  const Observed observed = happy();
  nothing_starts(observed);
  EXPECT_EQ(shown(observed.migration.status), (Strings{"UpToDate", "", ""}));
  EXPECT_EQ(message(observed.migration.status, ConditionType::Ready), "the database is at r2");
  EXPECT_EQ(kstatus(observed.migration), "Current");
}

struct Input {
  const char *name;
  void (*edit)(api::Spec &);
};

class InputTest : public ::testing::TestWithParam<Input> {};

TEST_P(InputTest, AChangedInputStartsARun) {
  const api::Run run = started(edited(happy(), GetParam().edit));
  EXPECT_EQ(run.sequence, 2);
  EXPECT_EQ(run.generation, 2);
}

INSTANTIATE_TEST_SUITE_P(Start, InputTest,
                         ::testing::Values(Input{"target", [](api::Spec &spec) { spec.target = "r3"; }},
                                           Input{"exact", [](api::Spec &spec) { spec.exact = true; }},
                                           Input{"image", [](api::Spec &spec) { spec.runner.image = "shop:3"; }},
                                           Input{"source",
                                                 [](api::Spec &spec) {
                                                   spec.source.type = api::SourceType::ConfigMap;
                                                   spec.source.name = "files-2";
                                                 }}),
                         [](const auto &param_info) { return param_info.param.name; });

TEST(Start, OtherEditsAfterAHappyRunAdvanceObservedGenerationAndNoMore) {
  const Observed observed = edited(happy(), [](api::Spec &spec) { spec.timeout = std::chrono::seconds(60); });
  const Decision decision = decide(observed);
  EXPECT_FALSE(decision.status.run.has_value());
  EXPECT_EQ(decision.status.observed_generation, 2);
  EXPECT_EQ(shown(decision.status), (Strings{"UpToDate", "", ""}));
  EXPECT_TRUE(decision.notes.empty());
}

TEST(Start, AnyNewGenerationAfterAnUnhappyRun) {
  const Observed observed = failed(20, "SqlError", "no such table: users");
  nothing_starts(observed);
  const api::Run run = started(edited(observed, [](api::Spec &spec) { spec.timeout = std::chrono::seconds(60); }));
  EXPECT_EQ(run.sequence, 2);
}

TEST(Start, ANewRequest) {
  for (const std::string_view name : {api::kRequestedAt, api::kFluxRequestedAt}) {
    const Observed asked = annotated(happy(), name, "1");
    const Decision decision = decide(asked);
    ASSERT_TRUE(decision.status.run.has_value());
    EXPECT_EQ(decision.status.run->sequence, 2);
    const bool flux = name == api::kFluxRequestedAt;
    EXPECT_EQ(flux ? decision.status.last_handled_reconcile_at : decision.status.last_handled_requested_at, "1");
    EXPECT_EQ(flux ? decision.status.run->requests.reconcile_at : decision.status.run->requests.requested_at, "1");
    const Observed done = happy(asked);
    nothing_starts(done);
    EXPECT_EQ(started(annotated(done, name, "2")).sequence, 3);
    nothing_starts(annotated(done, name, ""));
  }
}

TEST(Start, ARequestOfAnyLengthIsTakenUpOnce) {
  Observed observed = annotated(happy(), api::kRequestedAt, std::string(5'000, 'x') + "\n");
  observed = happy(observed);
  observed.migration.status =
      api::read_without_spec({{"metadata", api::Json::object()}, {"status", api::write_status(observed.migration.status)}})
          .status;
  nothing_starts(observed);
}

TEST(Start, AnAdoptionAfterARefusal) {
  const Observed stalled = failed(26, "OwnedByAnother", "Migration a/b (u1) owns this history");
  const Observed adopting = annotated(stalled, api::kAdopt, "u1");
  const api::Run run = started(adopting);
  EXPECT_EQ(run.sequence, 2);
  EXPECT_EQ(run.requests.adopt, "u1");
}

TEST(Start, TheSpecHoldsSomethingThatIsRefused) {
  Observed observed = fresh();
  observed.migration.spec.pod_template = {{"spec", {{"hostNetwork", true}}}};
  const Decision decision = decide(observed);
  EXPECT_FALSE(decision.status.run.has_value());
  EXPECT_EQ(shown(decision.status), (Strings{"!InvalidSpec", "", "InvalidSpec"}));
  EXPECT_NE(message(decision.status, ConditionType::Stalled).find("spec.podTemplate.spec.hostNetwork"), std::string::npos);
  EXPECT_EQ(notes(decision), Strings{"InvalidSpec"});
  EXPECT_TRUE(decide(written(observed, decision)).notes.empty()) << "told once";
  const Observed mended = edited(written(observed, decision), [](api::Spec &spec) { spec.pod_template = api::Json::object(); });
  EXPECT_EQ(started(mended).sequence, 1);
  EXPECT_EQ(shown(settled(mended).migration.status), (Strings{"!RunPending", "RunPending", ""}));
}

TEST(Suspend, BlocksANewRun) {
  const Observed observed = edited(happy(), [](api::Spec &spec) {
    spec.target = "r3";
    spec.suspend = true;
  });
  const Decision decision = decide(observed);
  EXPECT_FALSE(decision.status.run.has_value());
  EXPECT_EQ(shown(decision.status), (Strings{"!Suspended", "", ""}));
  EXPECT_EQ(message(decision.status, ConditionType::Ready), "spec.suspend holds it back: a run is due, for the target, the "
                                                            "source or the database has changed. Set spec.suspend to false to "
                                                            "let it go on.");
  EXPECT_EQ(decision.status.observed_generation, 2);
}

TEST(Suspend, WithNothingDueStaysReady) {
  const Observed observed = edited(happy(), [](api::Spec &spec) { spec.suspend = true; });
  EXPECT_EQ(shown(decide(observed).status), (Strings{"UpToDate", "", ""}));
}

TEST(Suspend, ThenResumedGoesOn) {
  const Observed suspended = settled(edited(happy(), [](api::Spec &spec) {
    spec.target = "r3";
    spec.suspend = true;
  }));
  EXPECT_EQ(started(edited(suspended, [](api::Spec &spec) { spec.suspend = false; })).target, "r3");
}

TEST(Suspend, WhatWasDueIsTakenBack) {
  const Observed suspended = settled(edited(happy(), [](api::Spec &spec) {
    spec.target = "r3";
    spec.suspend = true;
  }));
  const Observed back = edited(suspended, [](api::Spec &spec) { spec.target = "r2"; });
  EXPECT_EQ(shown(settled(back).migration.status), (Strings{"UpToDate", "", ""}));
}

TEST(Suspend, KeepsAFailureInView) {
  const Observed observed = edited(failed(20, "SqlError", "no"), [](api::Spec &spec) { spec.suspend = true; });
  EXPECT_EQ(shown(decide(observed).status), (Strings{"!Suspended", "", "MigrationFailed"}));
  EXPECT_EQ(kstatus(written(observed, decide(observed)).migration), "Failed");
}

TEST(Interval, IsDueAfterTheLastRunAndThenAfterTheLastVerification) {
  Observed observed = edited(happy(), [](api::Spec &spec) { spec.interval = std::chrono::seconds(1000); });
  observed.jitter = 0;
  Decision decision = decide(observed);
  EXPECT_FALSE(decision.status.run.has_value());
  EXPECT_EQ(decision.look_again, std::chrono::seconds(1000));
  nothing_starts(later(observed, std::chrono::seconds(999)));
  observed = settled(later(observed, std::chrono::seconds(1000)));
  ASSERT_TRUE(observed.migration.status.run.has_value());
  EXPECT_EQ(observed.migration.status.run->kind, RunKind::Verify);
  EXPECT_EQ(observed.migration.status.run->sequence, 2);
  observed = with_end(observed, 0, report(observed, "NothingToDo", 0, at({"r2"}, {"r2", "r1"})));
  observed = written(observed, decide(observed));
  EXPECT_EQ(observed.migration.status.last_verified, observed.now);
  nothing_starts(later(observed, std::chrono::seconds(999)));
  EXPECT_EQ(started(later(observed, std::chrono::seconds(1000))).sequence, 3);
}

TEST(Interval, IsSpreadByJitter) {
  Observed observed = edited(happy(), [](api::Spec &spec) { spec.interval = std::chrono::seconds(1000); });
  observed.jitter = 0.5;
  EXPECT_EQ(decide(observed).look_again, std::chrono::seconds(1050));
}

TEST(Interval, IsNotForAFailedOrSuspendedOne) {
  const auto hourly = [](api::Spec &spec) { spec.interval = std::chrono::hours(1); };
  Observed observed = fresh();
  hourly(observed.migration.spec);
  nothing_starts(later(failed(20, "SqlError", "no", observed), std::chrono::hours(2)));
  nothing_starts(later(edited(happy(observed), [](api::Spec &spec) { spec.suspend = true; }), std::chrono::hours(2)));
}

Observed verifying() {
  const Observed observed = edited(happy(), [](api::Spec &spec) { spec.interval = std::chrono::seconds(1000); });
  return settled(later(observed, std::chrono::seconds(1100)));
}

struct Verification {
  const char *name;
  int exit_code;
  const char *outcome;
  Strings heads;
  const char *drifted;
  Strings notes;
};

class VerificationTest : public ::testing::TestWithParam<Verification> {};

TEST_P(VerificationTest, TouchesOnlyDrifted) {
  const Verification &param = GetParam();
  const Observed before = verifying();
  api::Json fields = at(param.heads, {"r2", "r1"});
  fields["plan_hash"] = "v1:x";
  if (param.exit_code != 0) fields.update(error("ChecksumMismatch", "revision r1 was edited"));
  const Observed ended = with_end(before, param.exit_code, report(before, param.outcome, param.exit_code, fields));
  const Decision decision = decide(ended);
  EXPECT_EQ(condition(decision.status, ConditionType::Drifted), param.drifted);
  EXPECT_EQ(notes(decision), param.notes);
  EXPECT_EQ(shown(decision.status), shown(before.migration.status));
  EXPECT_EQ(decision.status.current_revisions, before.migration.status.current_revisions);
  EXPECT_EQ(decision.status.last_run->sequence, 1);
  EXPECT_EQ(decision.status.last_verified, ended.now);
  EXPECT_FALSE(decision.status.run.has_value());
  EXPECT_FALSE(decision.run_result.has_value());
}

INSTANTIATE_TEST_SUITE_P(Interval, VerificationTest,
                         ::testing::Values(Verification{"in_place", 0, "NothingToDo", {"r2"}, "!NoDrift", {}},
                                           Verification{"steps_to_do", 0, "Moves", {"r2"}, "DriftFound", {"Drifted"}},
                                           Verification{"other_heads", 0, "Ahead", {"r9"}, "DriftFound", {"Drifted"}},
                                           Verification{"history_mismatch", 21, "Failed", {"r2"}, "DriftFound", {"Drifted"}},
                                           Verification{"not_reached", 11, "Failed", {}, "", {"VerificationFailed"}}),
                         [](const auto &param_info) { return param_info.param.name; });

TEST(Interval, ANewRunWaitsForAVerificationAtWork) {
  Observed observed = settled(with_job(verifying()));
  observed = edited(observed, [](api::Spec &spec) { spec.target = "r3"; });
  Decision decision = decide(observed);
  EXPECT_FALSE(decision.remove_job.has_value());
  EXPECT_EQ(condition(decision.status, ConditionType::Reconciling), "RunInProgress");
  observed = with_end(written(observed, decision), 0, report(observed, "NothingToDo", 0, at({"r2"}, {"r2", "r1"})));
  observed = written(observed, decide(observed));
  EXPECT_EQ(started(observed).target, "r3");
}

struct Down {
  const char *name;
  void (*edit)(api::Spec &);
  bool allowed;
};

class DownTest : public ::testing::TestWithParam<Down> {};

TEST_P(DownTest, IsAllowedOnlyByAnExplicitChangedTarget) {
  EXPECT_EQ(started(edited(happy(), GetParam().edit)).allow_down, GetParam().allowed);
}

INSTANTIATE_TEST_SUITE_P(Start, DownTest,
                         ::testing::Values(Down{"another_target", [](api::Spec &spec) { spec.target = "r1"; }, true},
                                           Down{"exact_changed", [](api::Spec &spec) { spec.exact = true; }, true},
                                           Down{"another_image", [](api::Spec &spec) { spec.runner.image = "shop:1"; }, false},
                                           Down{"to_head", [](api::Spec &spec) { spec.target = "head"; }, false},
                                           Down{"to_heads", [](api::Spec &spec) { spec.target = "heads"; }, false},
                                           Down{"to_a_branch", [](api::Spec &spec) { spec.target = "shop@head"; }, false},
                                           Down{"to_a_branchs_heads", [](api::Spec &spec) { spec.target = "shop@heads"; }, false},
                                           Down{"to_head_and_an_id", [](api::Spec &spec) { spec.target = "shop@head, r1"; },
                                                true},
                                           Down{"denied",
                                                [](api::Spec &spec) {
                                                  spec.target = "r1";
                                                  spec.downgrade = api::Downgrade::Deny;
                                                },
                                                false},
                                           Down{"the_same_target_in_other_words",
                                                [](api::Spec &spec) {
                                                  spec.target = " r2,";
                                                  spec.runner.image = "shop:1";
                                                },
                                                false}),
                         [](const auto &param_info) { return param_info.param.name; });

TEST(Start, AFirstRunNeverGoesDown) {
  Observed observed = fresh();
  EXPECT_FALSE(started(observed).allow_down);
  observed = failed(20, "SqlError", "no");
  EXPECT_FALSE(started(edited(observed, [](api::Spec &spec) { spec.target = "r1"; })).allow_down) << "there was no success yet";
}

TEST(Start, AFailedRunDownMayGoDownAgain) {
  Observed observed = settled(edited(happy(), [](api::Spec &spec) { spec.target = "r1"; }));
  observed = with_end(observed, 20, report(observed, "Failed", 20, error("SqlError", "no")));
  observed = settled(written(observed, decide(observed)));
  EXPECT_TRUE(started(annotated(observed, api::kRequestedAt, "1")).allow_down)
      << "the target still is another than the last success's";
}

struct PlanFirst {
  const char *name;
  void (*edit)(api::Spec &);
  bool gating;
  RunKind kind;
};

class PlanFirstTest : public ::testing::TestWithParam<PlanFirst> {};

TEST_P(PlanFirstTest, Comes) {
  Observed observed = edited(happy(), GetParam().edit);
  observed.settings.gating = GetParam().gating;
  EXPECT_EQ(started(observed).kind, GetParam().kind);
}

INSTANTIATE_TEST_SUITE_P(
    Start, PlanFirstTest,
    ::testing::Values(PlanFirst{"automatic_up", [](api::Spec &spec) { spec.target = "head"; }, true, RunKind::Migrate},
                      PlanFirst{"automatic_down", [](api::Spec &spec) { spec.target = "r1"; }, false, RunKind::Migrate},
                      PlanFirst{"down_with_gating", [](api::Spec &spec) { spec.target = "r1"; }, true, RunKind::Plan},
                      PlanFirst{"base", [](api::Spec &spec) { spec.target = "base"; }, false, RunKind::Plan},
                      PlanFirst{"approval_manual",
                                [](api::Spec &spec) {
                                  spec.target = "head";
                                  spec.approval = api::Approval::Manual;
                                },
                                false, RunKind::Plan},
                      PlanFirst{"approval_destructive",
                                [](api::Spec &spec) {
                                  spec.target = "head";
                                  spec.approval = api::Approval::Destructive;
                                },
                                false, RunKind::Plan},
                      PlanFirst{"downgrade_approve",
                                [](api::Spec &spec) {
                                  spec.target = "r1";
                                  spec.downgrade = api::Downgrade::Approve;
                                },
                                false, RunKind::Plan},
                      PlanFirst{"downgrade_approve_and_up",
                                [](api::Spec &spec) {
                                  spec.target = "head";
                                  spec.downgrade = api::Downgrade::Approve;
                                },
                                false, RunKind::Migrate}),
    [](const auto &param_info) { return param_info.param.name; });

TEST(Start, ADeletedMigrationStartsNothing) {
  Observed observed = fresh();
  observed.migration.deleting = true;
  nothing_starts(observed);
}

} // namespace
} // namespace controller::reconcile
