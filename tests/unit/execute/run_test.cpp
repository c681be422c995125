// run_plan and open_history: which calls a step makes, in which order, and what is told and kept when one of them fails.
#include "tests/unit/execute/runs.h"

namespace migrator::execute {
namespace {

const std::string kPartialB =
    "; revision b is partial: 1 of its 2 statements are done and will not run again; mend what failed and run "
    "the same command again, or finish by hand and run: migrator stamp REVISION";

TEST_F(RunTest, OneTransactionHoldsTheStepAndItsBookkeeping) {
  files = {revision("a", "none",
                    "-- migrate:up lock_timeout:2s statement_timeout:5s\nCREATE TABLE a;\n-- migrate:assert SELECT 1\ntwo;\n")};
  ASSERT_TRUE(upgrade());
  EXPECT_EQ(database.calls, (Texts{"begin", "run CREATE TABLE a", "assert SELECT 1", "run two", "finish: added done"}));
  EXPECT_EQ(database.settings.front().lock_timeout, milliseconds(2'000));
  EXPECT_EQ(database.settings.front().statement_timeout, milliseconds(5'000));
  EXPECT_TRUE(database.settings.front().check_foreign_keys);
  EXPECT_EQ(report.heads_after, Texts{"a"});
  ASSERT_EQ(report.steps.size(), 1U);
  EXPECT_EQ(report.steps.front().revision, "a");
  EXPECT_EQ(observer.heard, (Texts{"started a 0/1", "finished a 0/1"}));
}

TEST_F(RunTest, AUnitHasTheRunsTimeoutsUnlessTheSectionSaysOtherwise) {
  options.lock_timeout = milliseconds(7);
  options.statement_timeout = milliseconds(8);
  files = {revision("a", "none", "-- migrate:up\nCREATE TABLE a;\n-- migrate:up foreign_keys:on lock_timeout:9s\ntwo;\n")};
  ASSERT_TRUE(upgrade());
  ASSERT_EQ(database.settings.size(), 2U);
  EXPECT_EQ(database.settings[0].lock_timeout, milliseconds(7));
  EXPECT_EQ(database.settings[0].statement_timeout, milliseconds(8));
  EXPECT_FALSE(database.settings[0].foreign_keys);
  EXPECT_FALSE(database.settings[0].check_foreign_keys);
  EXPECT_EQ(database.settings[1].lock_timeout, milliseconds(9'000));
  EXPECT_EQ(database.settings[1].statement_timeout, milliseconds(8));
  EXPECT_TRUE(database.settings[1].foreign_keys);
  EXPECT_TRUE(database.settings[1].check_foreign_keys);
}

TEST_F(RunTest, TheVersionRowMovesWithTheLastUnitGoingUp) {
  files = {revision("a", "none", "-- migrate:up\none;\n-- migrate:up transaction:false\ntwo;\nthree;\n")};
  ASSERT_TRUE(upgrade());
  EXPECT_EQ(database.calls, (Texts{"begin", "run one", "finish: partial", "begin_bare", "begin", "run two", "finish: partial",
                                   "begin", "run three", "finish: added done", "end_bare"}));
  EXPECT_EQ(report.heads_after, Texts{"a"});
}

TEST_F(RunTest, TheVersionRowMovesWithTheFirstUnitGoingDown) {
  files = {revision("a", "none", "-- migrate:up\n-- migrate:down\none;\n-- migrate:down foreign_keys:on\ntwo;\n")};
  applied(files[0]);
  state.heads = {"a"};
  heads_follow({{}});
  ASSERT_TRUE(downgrade("base"));
  EXPECT_EQ(database.calls, (Texts{"begin", "run one", "finish: removed partial", "begin", "run two", "finish: done"}));
  EXPECT_TRUE(report.heads_after.empty());
}

TEST_F(RunTest, StepsRunInOrderAndHeadsAreFollowed) {
  files = {revision("a", "none", "-- migrate:up\none;\n"), revision("b", "a", "-- migrate:up\ntwo;\n")};
  heads_follow({{"a"}, {"b"}});
  ASSERT_TRUE(upgrade());
  EXPECT_EQ(database.calls, (Texts{"begin", "run one", "finish: added done", "begin", "run two", "finish: moved done"}));
  EXPECT_EQ(report.heads_after, Texts{"b"});
  EXPECT_EQ(observer.heard, (Texts{"started a 0/2", "finished a 0/2", "started b 1/2", "finished b 1/2"}));
}

TEST_F(RunTest, AFailedStepIsRolledBackAndRecorded) {
  files = {revision("a", "none", "-- migrate:up\none;\n"), revision("b", "a", "-- migrate:up\ntwo;\nthree;\n")};
  heads_follow({{"a"}});
  database.fail_once("run three", ErrorCode::SqlError, "no such column: x", "SQLITE_ERROR");
  database.errors["run three"].front().line = 5;
  EXPECT_STOPPED(upgrade(), ErrorCode::SqlError, "m/b.sql:5: no such column: x");
  EXPECT_EQ(database.calls, (Texts{"begin", "run one", "finish: added done", "begin", "run two", "run three", "rollback", "begin",
                                   "finish: failed"}));
  EXPECT_NE(database.bookkeeping.back().find("'m/b.sql:5: no such column: x'"), std::string::npos);
  EXPECT_EQ(report.heads_after, Texts{"a"});
  EXPECT_EQ(report.steps.size(), 1U);
  EXPECT_EQ(observer.heard, (Texts{"started a 0/2", "finished a 0/2", "started b 1/2"}));
}

TEST_F(RunTest, AFailureNamesItsRevision) {
  files = {revision("a", "none", "-- migrate:up\none;\n")};
  database.fail_once("run one", ErrorCode::SqlError);
  const Status done = upgrade();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().revision, "a");
  EXPECT_EQ(done.error().subject, Texts{"a"});
}

TEST_F(RunTest, TablesThatWereThereBeforeGetTheAdviceToStamp) {
  files = {revision("a", "none", "-- migrate:up\none;\n")};
  database.fail_once("run one", ErrorCode::SqlError, "table a already exists");
  EXPECT_STOPPED(upgrade(), ErrorCode::SqlError,
                 "table a already exists; the database had tables before its first revision: if it has this schema already, run: "
                 "migrator stamp head");
}

TEST_F(RunTest, AFailureInAPartialStepIsStoppedHalfway) {
  files = {revision("b", "none", "-- migrate:up transaction:false\none;\ntwo;\n")};
  database.fail_once("run two", ErrorCode::SqlError, "no");
  EXPECT_STOPPED(upgrade(), ErrorCode::StoppedHalfway, "no" + kPartialB);
  EXPECT_EQ(database.calls, (Texts{"begin_bare", "begin", "run one", "finish: partial", "begin", "run two", "rollback",
                                   "end_bare", "begin", "finish: partial"}));
}

TEST_F(RunTest, ALaterUnitThatFailsLeavesTheEarlierOnes) {
  files = {revision("b", "none", "-- migrate:up\none;\n-- migrate:up foreign_keys:on\ntwo;\n")};
  database.fail_once("finish", ErrorCode::SqlError, "first");
  EXPECT_STOPPED(upgrade(), ErrorCode::SqlError, "first");
  EXPECT_EQ(database.calls, (Texts{"begin", "run one", "finish: partial", "rollback", "begin", "finish: failed"}));
}

TEST_F(RunTest, NothingIsWrittenAfterTheConnectionWasLost) {
  for (const ErrorCode code : {ErrorCode::ConnectionLost, ErrorCode::CommitUnknown, ErrorCode::Unreachable}) {
    database.calls.clear();
    files = {revision("a", "none", "-- migrate:up\none;\n")};
    database.fail_once("finish", code, "gone");
    EXPECT_STOPPED(upgrade(), code, "gone");
    EXPECT_EQ(database.calls, (Texts{"begin", "run one", "finish: added done", "rollback"})) << name(code);
  }
}

TEST_F(RunTest, HeadsThatMovedBehindOurBackStopTheRun) {
  files = {revision("a", "none", "-- migrate:up\none;\n"), revision("b", "a", "-- migrate:up\ntwo;\n")};
  heads_follow({{"z"}});
  EXPECT_STOPPED(upgrade(), ErrorCode::Diverged,
                 "the version table was changed by somebody else during this run: it should be at a and is at z; look at it with "
                 "`migrator status`, then run again");
  EXPECT_EQ(database.calls, (Texts{"begin", "run one", "finish: added done", "begin", "rollback"}));
}

TEST_F(RunTest, ALockIsTriedAgainBodyAndAll) {
  files = {revision("a", "none", "-- migrate:up\none;\ntwo;\n")};
  options.lock_wait = milliseconds(60'000);
  database.fail_once("run two", ErrorCode::LockTimeout, "locked");
  database.fail_once("begin", ErrorCode::LockTimeout, "busy");
  ASSERT_TRUE(upgrade());
  EXPECT_EQ(database.calls, (Texts{"begin", "rollback", "begin", "run one", "run two", "rollback", "begin", "run one", "run two",
                                   "finish: added done"}));
  EXPECT_EQ(observer.heard, (Texts{"started a 0/1", "note revision a: busy; trying again", "finished a 0/1"}));
}

TEST_F(RunTest, ALockIsGivenUpAfterLockWait) {
  files = {revision("a", "none", "-- migrate:up\none;\n")};
  options.lock_wait = milliseconds(30);
  clock.tick = milliseconds(20);
  for (int times = 0; times < 20; ++times) database.fail_once("run one", ErrorCode::LockTimeout, "locked");
  EXPECT_STOPPED(upgrade(), ErrorCode::LockTimeout, "locked");
  EXPECT_GE(database.errors["run one"].size(), 16U) << "it was tried for longer than lock_wait";
  EXPECT_LE(database.errors["run one"].size(), 18U) << "it was not tried again";
}

TEST_F(RunTest, AStopIsSeenBetweenStatements) {
  for (const auto &[why, text] : {std::pair<ErrorCode, std::string>{ErrorCode::Terminated, "stopped by a signal"},
                                  std::pair<ErrorCode, std::string>{ErrorCode::RunTimeout, "the run's timeout passed"}}) {
    Stop now;
    files = {revision("a", "none", "-- migrate:up\none;\ntwo;\n")};
    const plan::Plan made = plan(plan::Request{plan::Request::Verb::Upgrade, {"head"}, {}});
    database.calls.clear();
    database.before = [&, reason = why](const std::string &call) {
      if (call == "run one") now.request(reason);
    };
    const Surroundings run{database, options, clock, now, observer, ledger::tables(options.history, database.dialect())};
    EXPECT_STOPPED(run_plan(run, made, report), why,
                   text + "; what was committed stays, the rest was rolled back; run again to go on");
    EXPECT_EQ(database.calls, (Texts{"begin", "run one", "rollback", "begin", "finish: failed"}));
  }
}

TEST_F(RunTest, AnInterruptedStatementIsToldAsWhatWasAskedFor) {
  files = {revision("a", "none", "-- migrate:up\none;\n")};
  database.fail_once("run one", ErrorCode::Terminated, "interrupted");
  database.before = [&](const std::string &call) {
    if (call == "run one") stop.request(ErrorCode::RunTimeout);
  };
  EXPECT_STOPPED(upgrade(), ErrorCode::RunTimeout,
                 "the run's timeout passed; what was committed stays, the rest was rolled back; run again to go on");
}

TEST_F(RunTest, AStopInAPartialStepSaysSo) {
  files = {revision("b", "none", "-- migrate:up\none;\n-- migrate:up foreign_keys:on\ntwo;\n")};
  database.before = [&](const std::string &call) {
    if (call.compare(0, 7, "finish:") == 0) stop.request(ErrorCode::Terminated);
  };
  EXPECT_STOPPED(upgrade(), ErrorCode::Terminated,
                 "stopped by a signal; what was committed stays, the rest was rolled back; run again to go on" + kPartialB);
}

struct Asserted {
  std::string name;
  database::Rows rows;
  std::string text; // empty: it holds
};

class AssertTest : public RunTest, public testing::WithParamInterface<Asserted> {};

TEST_P(AssertTest, GivesOneTrueValue) {
  files = {revision("a", "none", "-- migrate:up\none;\n-- migrate:assert SELECT x\n")};
  database.rows["SELECT x"].push_back(GetParam().rows);
  const Status done = upgrade();
  if (GetParam().text.empty()) {
    EXPECT_TRUE(done);
    return;
  }
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::AssertionFailed);
  EXPECT_EQ(done.error().text(), "m/a.sql:5: the assert " + GetParam().text +
                                     ": SELECT x; nothing of this step was kept; mend the data or the revision, then run again");
  EXPECT_EQ(database.calls, (Texts{"begin", "run one", "assert SELECT x", "rollback", "begin", "finish: failed"}));
}

INSTANTIATE_TEST_SUITE_P(
    Execute, AssertTest,
    testing::Values(
        Asserted{"one", {{"x"}, {{"1"}}, 0}, ""}, Asserted{"true_text", {{"x"}, {{"true"}}, 0}, ""},
        Asserted{"zero", {{"x"}, {{"0"}}, 0}, "does not hold"}, Asserted{"null", {{"x"}, {{std::nullopt}}, 0}, "does not hold"},
        Asserted{"two", {{"x"}, {{"2"}}, 0}, "does not hold"}, Asserted{"empty", {{"x"}, {{""}}, 0}, "does not hold"},
        Asserted{"no_row", {{"x"}, {}, 0}, "gave 0 rows of 1 columns and must give one row with one value"},
        Asserted{"two_rows", {{"x"}, {{"1"}, {"1"}}, 0}, "gave 2 rows of 1 columns and must give one row with one value"},
        Asserted{"two_columns", {{"x", "y"}, {{"1", "1"}}, 0}, "gave 1 rows of 2 columns and must give one row with one value"}),
    [](const auto &param_info) { return param_info.param.name; });

TEST_F(RunTest, APreconditionIsCheckedBeforeABareStatement) {
  files = {revision("a", "none", "-- migrate:assert SELECT x\n-- migrate:up transaction:false\nVACUUM;\n")};
  database.rows["SELECT x"].push_back(database::Rows{{"x"}, {{"0"}}, 0});
  const Status done = upgrade();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::AssertionFailed);
  EXPECT_EQ(database.calls, (Texts{"assert SELECT x", "begin", "finish: failed"}));
}

class PostgresqlRunTest : public RunTest {
protected:
  PostgresqlRunTest() : RunTest(Dialect::Postgresql) {}
};

TEST_F(PostgresqlRunTest, TimeoutsChangeInsideATransaction) {
  options.lock_timeout = milliseconds(3'000);
  files = {revision("a", "none", "-- migrate:up lock_timeout:1s\none;\n-- migrate:up statement_timeout:2s\ntwo;\n")};
  ASSERT_TRUE(upgrade());
  EXPECT_EQ(database.calls, (Texts{"begin", "run one", "query SET LOCAL lock_timeout = 3000; SET LOCAL statement_timeout = 2000",
                                   "run two", "finish: added done"}));
}

// --- before the first step -------------------------------------------------------------------------------------------------------

TEST_F(RunTest, AFreshHistoryIsMadeAndSecured) {
  state = {};
  options.grant_read = {"app"};
  options.owner = Owner{"shop", "db", "uid-1"};
  ASSERT_TRUE(open_history(surroundings(), plan::Plan{}, state));
  ASSERT_EQ(database.calls.size(), 4U);
  EXPECT_EQ(database.calls[0], "begin");
  EXPECT_EQ(database.calls[1].substr(0, 53), "query CREATE TABLE IF NOT EXISTS \"main\".\"migrator_ver");
  EXPECT_EQ(database.calls[2], "secure_history app");
  EXPECT_EQ(
      database.bookkeeping.front(),
      "INSERT INTO \"main\".\"migrator_version_meta\" (key, value) VALUES ('owner', "
      "'{\"name\":\"db\",\"namespace\":\"shop\",\"uid\":\"uid-1\"}') ON CONFLICT (key) DO UPDATE SET value = excluded.value;\n");
}

TEST_F(RunTest, AHistoryWithNothingToDoIsNotTouched) {
  ASSERT_TRUE(open_history(surroundings(), plan::Plan{}, state));
  EXPECT_TRUE(database.calls.empty());
}

TEST_F(RunTest, AdoptedRevisionsGetTheirRow) {
  plan::Plan made;
  ledger::Entry row;
  row.revision = "a";
  row.motion = ledger::Motion::Adopt;
  made.adopt = {row};
  state.heads = {"a"};
  ASSERT_TRUE(open_history(surroundings(), made, state));
  EXPECT_EQ(database.calls, (Texts{"begin", "secure_history", "finish: done adopted"}));
  EXPECT_NE(database.bookkeeping.front().find("'run-1', NULL, NULL, 'anna', 'laptop', '0.1.0', '2026-01-02T03:04:05.678Z', 0)"),
            std::string::npos);
}

TEST_F(RunTest, TheApprovedPlanIsKept) {
  files = {revision("a", "none", "-- migrate:up\none;\n")};
  const plan::Plan made = plan(plan::Request{plan::Request::Verb::Upgrade, {"head"}, {}});
  options.approved_hash = made.hash;
  ASSERT_TRUE(open_history(surroundings(), made, state));
  EXPECT_EQ(database.calls.back(), "finish: meta");
  options.approved_hash = "v1:what is left of another";
  database.bookkeeping.clear();
  ASSERT_TRUE(open_history(surroundings(), made, state));
  EXPECT_EQ(database.bookkeeping, Texts{""});
}

TEST_F(RunTest, AHistoryOfAnotherMigrationIsRefused) {
  state.meta["owner"] = "{\"namespace\":\"shop\",\"name\":\"db\",\"uid\":\"uid-1\"}";
  options.owner = Owner{"shop", "other", "uid-2"};
  EXPECT_STOPPED(
      open_history(surroundings(), plan::Plan{}, state), ErrorCode::OwnedByAnother,
      "this history is moved by another Migration, shop/db (uid uid-1); give this one a version table of its own, or take "
      "the history over with the annotation migrator.dev/adopt: uid-1");
  EXPECT_TRUE(database.calls.empty());
  options.adopt_uid = "uid-2";
  EXPECT_FALSE(open_history(surroundings(), plan::Plan{}, state)) << "the uid to adopt is the recorded owner's";
  options.adopt_uid = "uid-1";
  EXPECT_TRUE(open_history(surroundings(), plan::Plan{}, state));
  EXPECT_EQ(database.calls.back(), "finish: meta");
}

TEST_F(RunTest, TheCommandLineOnlyNotesTheOwner) {
  state.meta["owner"] = "{\"namespace\":\"shop\",\"name\":\"db\",\"uid\":\"uid-1\"}";
  EXPECT_TRUE(open_history(surroundings(), plan::Plan{}, state));
  EXPECT_EQ(observer.heard, Texts{"note this history is moved by the Migration shop/db; it will notice what is done here"});
  EXPECT_TRUE(database.calls.empty());
}

} // namespace
} // namespace migrator::execute
