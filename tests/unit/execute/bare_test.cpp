// Statements that cannot run in a transaction: announced, run, confirmed; and what each answer of the catalog leads to after a kill.
#include "migrator/execute/bare.h"

#include "migrator/script/checksum.h"
#include "tests/unit/execute/runs.h"

namespace migrator::execute {
namespace {

using database::StatementOutcome;

const std::string kIndex = "CREATE INDEX CONCURRENTLY i";

// One revision with one bare statement, and what was asked of the database about the statement; settings are left out.
class BareTest : public RunTest {
protected:
  BareTest() : RunTest(Dialect::Postgresql) {}

  void file_of(const std::string &statements) {
    files = {revision("a", "none",
                      "-- migrate:up transaction:false\n" + statements + "-- migrate:down transaction:false\n" + statements)};
  }

  // What a run that was killed while `sql` ran leaves: it is announced and not confirmed.
  void in_doubt(const std::string &sql, int done = 0) {
    ledger::Entry row;
    row.revision = "a";
    row.outcome = ledger::Outcome::Partial;
    row.statements_done = done;
    for (int at = 0; at < done; ++at) row.statement_checksums.push_back(script::statement_checksum("one", database.dialect()));
    row.progress.begun_checksum = script::statement_checksum(sql, database.dialect());
    row.progress.begun_keyword = LineDialect::classified(sql, 1).keyword;
    state.partial = row;
    state.latest["a"] = row;
  }

  Texts calls() const {
    Texts out;
    for (const std::string &call : database.calls)
      if (call.compare(0, 6, "query ") != 0) out.push_back(call);
    return out;
  }
};

TEST_F(BareTest, IsAnnouncedRunAndConfirmed) {
  file_of("VACUUM;\n");
  ASSERT_TRUE(upgrade());
  EXPECT_EQ(calls(), (Texts{"begin_bare", "begin", "finish: partial", "run VACUUM", "begin", "finish: added done", "end_bare"}));
  const std::string checksum = script::statement_checksum("VACUUM", database.dialect());
  EXPECT_NE(database.bookkeeping[0].find("'{\"begun\":{\"checksum\":\"" + checksum + "\",\"keyword\":\"VACUUM\"}}'"),
            std::string::npos)
      << "the journal names the statement before it runs";
  EXPECT_NE(database.bookkeeping[1].find("progress = '{}'"), std::string::npos);
  EXPECT_EQ(report.heads_after, Texts{"a"});
}

TEST_F(BareTest, GoingDownTheAnnouncementMovesTheVersionRow) {
  file_of("VACUUM;\n");
  applied(files[0]);
  state.heads = {"a"};
  heads_follow({{}});
  ASSERT_TRUE(downgrade("base"));
  EXPECT_EQ(calls(),
            (Texts{"begin_bare", "begin", "finish: removed partial", "run VACUUM", "begin", "finish: done", "end_bare"}));
}

TEST_F(BareTest, IsNotAnnouncedWhereAnInvalidIndexIsSomebodyElses) {
  file_of(kIndex + ";\n");
  database.outcomes = {StatementOutcome::LeftInvalid};
  EXPECT_STOPPED(
      upgrade(), ErrorCode::SqlError,
      "m/a.sql:4: CREATE INDEX CONCURRENTLY: an invalid index of that name is there already, left by somebody else's build: "
      "drop it with DROP INDEX CONCURRENTLY, then run the same command again");
  for (const std::string &call : database.calls) {
    EXPECT_NE(call.substr(0, 12), "drop_invalid");
    EXPECT_NE(call, "run " + kIndex);
  }
}

TEST_F(BareTest, WithdrawsTheAnnouncementWhenNothingTookEffect) {
  file_of("VACUUM;\n");
  database.fail_once("run VACUUM", ErrorCode::SqlError, "no");
  EXPECT_STOPPED(upgrade(), ErrorCode::SqlError, "no");
  EXPECT_EQ(calls(), (Texts{"begin_bare", "begin", "finish: partial", "run VACUUM", "begin", "finish: failed", "end_bare"}));
  EXPECT_TRUE(report.heads_after.empty());
}

TEST_F(BareTest, WithdrawingGoingDownPutsTheVersionRowBack) {
  file_of("VACUUM;\n");
  applied(files[0]);
  state.heads = {"a"};
  heads_follow({{}, {"a"}});
  database.fail_once("run VACUUM", ErrorCode::SqlError, "no");
  EXPECT_STOPPED(downgrade("base"), ErrorCode::SqlError, "no");
  EXPECT_EQ(calls(),
            (Texts{"begin_bare", "begin", "finish: removed partial", "run VACUUM", "begin", "finish: added failed", "end_bare"}));
  EXPECT_EQ(report.heads_after, Texts{"a"});
}

TEST_F(BareTest, ALaterOneThatFailsIsTakenOutOfTheJournalsDoubt) {
  file_of("one;\nVACUUM;\n");
  database.fail_once("run VACUUM", ErrorCode::SqlError, "no");
  EXPECT_STOPPED(
      upgrade(), ErrorCode::StoppedHalfway,
      "no; revision a is partial: 1 of its 2 statements are done and will not run again; mend what failed and run the same "
      "command again, or finish by hand and run: migrator stamp REVISION");
  ASSERT_EQ(database.bookkeeping.size(), 4U);
  EXPECT_NE(database.bookkeeping[1].find("\"begun\""), std::string::npos);
  EXPECT_EQ(database.bookkeeping[2].find("\"begun\""), std::string::npos);
}

TEST_F(BareTest, AFailureThatLeftAnInvalidIndexDropsIt) {
  file_of(kIndex + ";\n");
  database.outcomes = {StatementOutcome::NotDone, StatementOutcome::LeftInvalid};
  database.fail_once("run " + kIndex, ErrorCode::SqlError, "could not create unique index", "23505");
  EXPECT_STOPPED(upgrade(), ErrorCode::SqlError, "could not create unique index");
  EXPECT_EQ(calls(), (Texts{"begin_bare", "probe " + kIndex, "begin", "finish: partial", "run " + kIndex, "probe " + kIndex,
                            "drop_invalid " + kIndex, "begin", "finish: failed", "end_bare"}));
}

TEST_F(BareTest, AFailureAfterItTookEffectIsASuccess) {
  file_of(kIndex + ";\n");
  database.outcomes = {StatementOutcome::NotDone, StatementOutcome::Done};
  database.fail_once("run " + kIndex, ErrorCode::SqlError, "canceled too late");
  EXPECT_TRUE(upgrade());
  EXPECT_EQ(database.calls.back(), "end_bare");
  EXPECT_EQ(report.heads_after, Texts{"a"});
}

TEST_F(BareTest, WhatStoodThereBeforeIsNotItsWork) {
  file_of(kIndex + ";\n");
  database.outcomes = {StatementOutcome::Done, StatementOutcome::Done};
  database.fail_once("run " + kIndex, ErrorCode::SqlError, "relation \"i\" already exists", "42P07");
  const Status done = upgrade();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::SqlError);
  EXPECT_TRUE(report.heads_after.empty());
}

TEST_F(BareTest, ALostConnectionLeavesItInDoubt) {
  file_of("VACUUM;\n");
  database.fail_once("run VACUUM", ErrorCode::ConnectionLost, "gone");
  const Status done = upgrade();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::ConnectionLost);
  EXPECT_EQ(calls(), (Texts{"begin_bare", "begin", "finish: partial", "run VACUUM", "end_bare"}));
}

TEST_F(BareTest, CallMayHaveCommittedHalfOfItsWork) {
  file_of("CALL p();\n");
  database.fail_once("run CALL p()", ErrorCode::SqlError, "no");
  const Status done = upgrade();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::StoppedHalfway);
  EXPECT_EQ(calls(), (Texts{"begin_bare", "begin", "finish: partial", "run CALL p()", "end_bare", "begin", "finish: partial"}));
  EXPECT_NE(database.bookkeeping.back().find("\"begun\""), std::string::npos) << "it stays in doubt";
}

TEST_F(BareTest, AStopBeforeItRunsLeavesItInDoubt) {
  file_of("VACUUM;\n");
  database.before = [&](const std::string &call) {
    if (call == "finish: partial") stop.request(ErrorCode::Terminated);
  };
  const Status done = upgrade();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Terminated);
  for (const std::string &call : database.calls) EXPECT_NE(call, "run VACUUM");
}

TEST_F(BareTest, ALockIsTriedAgain) {
  file_of("VACUUM;\n");
  options.lock_wait = milliseconds(60'000);
  database.fail_once("run VACUUM", ErrorCode::LockTimeout, "locked");
  ASSERT_TRUE(upgrade());
  EXPECT_EQ(calls(), (Texts{"begin_bare", "begin", "finish: partial", "run VACUUM", "run VACUUM", "begin", "finish: added done",
                            "end_bare"}));
}

// --- after a kill ------------------------------------------------------------------------------------------------------------------

struct Doubt {
  std::string name;
  StatementOutcome outcome;
  Texts calls;
};

class DoubtTest : public BareTest, public testing::WithParamInterface<Doubt> {};

TEST_P(DoubtTest, IsSettledByTheCatalog) {
  file_of(kIndex + ";\n");
  in_doubt(kIndex);
  database.outcomes = {GetParam().outcome};
  ASSERT_TRUE(upgrade());
  EXPECT_EQ(calls(), GetParam().calls);
  EXPECT_EQ(report.heads_after, Texts{"a"});
}

INSTANTIATE_TEST_SUITE_P(Execute, DoubtTest,
                         testing::Values(Doubt{"done",
                                               StatementOutcome::Done,
                                               {"begin_bare", "probe " + kIndex, "begin", "finish: added done", "end_bare"}},
                                         Doubt{"not_done",
                                               StatementOutcome::NotDone,
                                               {"begin_bare", "probe " + kIndex, "run " + kIndex, "begin", "finish: added done",
                                                "end_bare"}},
                                         Doubt{"left_invalid",
                                               StatementOutcome::LeftInvalid,
                                               {"begin_bare", "probe " + kIndex, "drop_invalid " + kIndex, "run " + kIndex,
                                                "begin", "finish: added done", "end_bare"}}),
                         [](const auto &param_info) { return param_info.param.name; });

TEST_F(BareTest, InDoubtAndInProgressIsWaitedFor) {
  file_of(kIndex + ";\n");
  in_doubt(kIndex);
  options.lock_wait = milliseconds(60'000);
  database.outcomes = {StatementOutcome::InProgressElsewhere, StatementOutcome::Done};
  ASSERT_TRUE(upgrade());
  EXPECT_EQ(calls(), (Texts{"begin_bare", "probe " + kIndex, "probe " + kIndex, "begin", "finish: added done", "end_bare"}));
}

TEST_F(BareTest, InProgressForTooLongIsBusy) {
  file_of(kIndex + ";\n");
  in_doubt(kIndex);
  database.outcomes = {StatementOutcome::InProgressElsewhere};
  const Status done = upgrade();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::LockBusy);
  EXPECT_EQ(done.error().message.substr(0, 87),
            "CREATE INDEX CONCURRENTLY is still being worked on by another session; run again later;");
}

TEST_F(BareTest, WhatMayBeRepeatedIsRepeated) {
  file_of("VACUUM;\n");
  in_doubt("VACUUM");
  ASSERT_TRUE(upgrade());
  EXPECT_EQ(calls(), (Texts{"begin_bare", "run VACUUM", "begin", "finish: added done", "end_bare"}));
}

TEST_F(BareTest, WhatNobodyCanTellStopsHalfway) {
  for (const std::string sql : {"ALTER SYSTEM SET x = 1", "CALL p()"}) {
    SCOPED_TRACE(sql);
    database.calls.clear();
    file_of(sql + ";\n");
    in_doubt(sql);
    const Status done = upgrade();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::StoppedHalfway);
    const std::string keyword = LineDialect::classified(sql, 1).keyword;
    EXPECT_EQ(done.error().text(),
              "a killed run left " + keyword +
                  " in doubt, and nothing in the database tells whether it took effect; look, finish or undo it "
                  "by hand, then run: migrator stamp REVISION; revision a is partial: 0 of its 1 statements are "
                  "done and will not run again; mend what failed and run the same command again, or finish by "
                  "hand and run: migrator stamp REVISION");
    for (const std::string &call : database.calls) EXPECT_NE(call, "run " + sql);
  }
}

TEST_F(BareTest, AFailureAfterADoubtIsWithdrawnToo) {
  file_of(kIndex + ";\n");
  in_doubt(kIndex);
  database.outcomes = {StatementOutcome::NotDone, StatementOutcome::NotDone};
  database.fail_once("run " + kIndex, ErrorCode::SqlError, "no");
  EXPECT_STOPPED(upgrade(), ErrorCode::SqlError, "no");
  EXPECT_EQ(calls().back(), "end_bare");
  EXPECT_NE(database.bookkeeping.back().find("outcome = 'failed'"), std::string::npos);
}

} // namespace
} // namespace migrator::execute
