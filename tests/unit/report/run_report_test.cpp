#include "migrator/report/run_report.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace migrator::report {
namespace {

using execute::RunOutcome;
using execute::RunReport;
using nlohmann::json;

RunReport report_of(RunOutcome outcome) {
  RunReport run;
  run.run_id = "uid.1.migrate";
  run.outcome = outcome;
  run.heads_before = {"a"};
  run.heads_after = {"b", "c"};
  run.steps = {{"b", Direction::Up, 12}, {"c", Direction::Down, 3'400}};
  run.plan_hash = "v1:hash";
  run.notes = {"note"};
  run.started_at = "2026-01-02T03:04:05.678Z";
  run.milliseconds = 50;
  return run;
}

Error failure() {
  Error error;
  error.code = ErrorCode::SqlError;
  error.message = "no such table: t";
  error.subject = {"b"};
  error.file = "m/b.sql";
  error.line = 7;
  error.sqlstate = "42P01";
  error.revision = "b";
  return error;
}

TEST(RunDocument, OfADoneRun) {
  EXPECT_EQ(
      run_document(report_of(RunOutcome::Done)).dump(),
      R"({"outcome":"Done","exit_code":0,"run_id":"uid.1.migrate","heads_before":["a"],"heads_after":["b","c"],"untouched":[],)"
      R"("steps":[{"revision":"b","direction":"up","seconds":0.012},{"revision":"c","direction":"down","seconds":3.4}],)"
      R"("plan_hash":"v1:hash","started_at":"2026-01-02T03:04:05.678Z","seconds":0.05,"notes":["note"]})");
}

TEST(RunDocument, OfAFailedRun) {
  RunReport run = report_of(RunOutcome::Failed);
  run.error = failure();
  const auto document = run_document(run);
  EXPECT_EQ(document["outcome"], "Failed");
  EXPECT_EQ(document["exit_code"], 20);
  EXPECT_EQ(document["error"].dump(), R"({"code":"SqlError","exit_code":20,"message":"no such table: t","subject":["b"],)"
                                      R"("file":"m/b.sql","line":7,"sqlstate":"42P01","revision":"b"})");
}

struct Said {
  RunOutcome outcome;
  std::string text;
};

TEST(RunText, SaysHowItEnded) {
  for (const Said &said : std::vector<Said>{{RunOutcome::Done, "done: 2 steps, from a to b, c, in 0.05 s\n"},
                                            {RunOutcome::NothingToDo, "nothing to do: the database is at b, c\n"},
                                            {RunOutcome::Ahead, "nothing to do: the database is ahead of these files, at b, c\n"},
                                            {RunOutcome::Reverted, "reverted: the database is at b, c again\n"},
                                            {RunOutcome::Failed, "stopped: the database is at b, c\n"}}) {
    EXPECT_EQ(run_text(report_of(said.outcome), Style{}), said.text);
  }
  RunReport run = report_of(RunOutcome::Done);
  run.steps.pop_back();
  run.heads_before.clear();
  run.heads_after = {"b\x1b"};
  run.untouched = {"x", "y"};
  EXPECT_EQ(run_text(run, Style{}), "done: 1 step, from base to b , in 0.05 s\nleft alone: x, y\n");
  EXPECT_EQ(run_text(run, Style{true, true}).substr(0, 13), "\x1b[32mdone\x1b[0m");
}

TEST(RunDocument, OfARunWithABackup) {
  RunReport run = report_of(RunOutcome::Done);
  run.backup = execute::BackupReport{"20261122T171203Z-3f9a2b1c", 12, "9f86", "archive", "2026-11-22T17:12:03.500Z"};
  EXPECT_EQ(run_document(run)["backup"].dump(), R"({"id":"20261122T171203Z-3f9a2b1c","bytes":12,"sha256":"9f86",)"
                                                R"("verified":"archive","time":"2026-11-22T17:12:03.500Z"})");
}

// --- the bounded report ------------------------------------------------------------------------------------------------------------

Bearings bearings(std::vector<std::string> applied_newest_first) {
  Bearings out;
  out.database_read = true;
  out.applied_newest_first = std::move(applied_newest_first);
  return out;
}

TEST(BoundedReport, SaysWhatIsWantedAsFarAsItIsKnown) {
  const json nothing = json::parse(bounded_report(report_of(RunOutcome::Failed), {}));
  EXPECT_EQ(nothing["database_read"], false);
  for (const char *unknown : {"target_heads", "file_heads", "pending"}) EXPECT_FALSE(nothing.contains(unknown)) << unknown;
  Bearings known = bearings({"b", "a"});
  known.target_heads = {"c"};
  known.file_heads = {"c", "d"};
  known.pending = 1;
  const json document = json::parse(bounded_report(report_of(RunOutcome::Failed), known));
  EXPECT_EQ(document["target_heads"], json{"c"});
  EXPECT_EQ(document["file_heads"], (json{"c", "d"}));
  EXPECT_EQ(document["pending"], 1);
}

TEST(BoundedReport, IsTheWholeRunWhereItFits) {
  RunReport run = report_of(RunOutcome::Failed);
  run.error = failure();
  json wanted = run_document(run);
  wanted["protocol"] = "1.0";
  wanted["kind"] = "run";
  wanted["database_read"] = true;
  wanted["applied_revisions"] = {"b", "a"};
  EXPECT_EQ(json::parse(bounded_report(run, bearings({"b", "a"}))), wanted);
  EXPECT_EQ(bounded_report(run, bearings({"b"})).substr(0, 18), R"({"protocol":"1.0",)") << "the protocol comes first";
}

TEST(BoundedReport, HoldsTheNewestHundredAppliedRevisions) {
  std::vector<std::string> applied;
  for (int number = 0; number < 250; ++number) applied.push_back("r" + std::to_string(number));
  const json document = json::parse(bounded_report(report_of(RunOutcome::Done), bearings(applied)));
  EXPECT_EQ(document["applied_revisions"].size(), 100U);
  EXPECT_EQ(document["applied_revisions"][0], "r0");
  EXPECT_EQ(document["applied_revisions_cut"], 150);
  EXPECT_FALSE(document.contains("steps_cut"));
}

// A run with `count` of everything that may be cut.
RunReport large(int count) {
  RunReport run = report_of(RunOutcome::Failed);
  run.error = failure();
  run.notes.clear();
  run.steps.clear();
  for (int number = 0; number < count; ++number) {
    run.notes.push_back("note " + std::to_string(number));
    run.steps.push_back({"step" + std::to_string(number), Direction::Up, number});
  }
  return run;
}

std::vector<std::string> revisions(int count) {
  std::vector<std::string> out;
  for (int number = count; number-- > 0;) out.push_back("applied" + std::to_string(number));
  return out;
}

TEST(BoundedReport, CutsNotesThenOldestStepsThenOldestRevisions) {
  std::size_t notes = 0;
  std::size_t steps = 0;
  std::size_t applied = 0;
  for (std::size_t limit = 12'000; limit >= 800; limit -= 50) {
    const std::string text = bounded_report(large(60), bearings(revisions(60)), limit);
    ASSERT_LE(text.size(), limit);
    const json document = json::parse(text);
    EXPECT_EQ(document["notes"].size() + document.value("notes_cut", 0U), 60U);
    EXPECT_EQ(document["steps"].size() + document.value("steps_cut", 0U), 60U);
    EXPECT_EQ(document["applied_revisions"].size() + document.value("applied_revisions_cut", 0U), 60U);
    EXPECT_TRUE(!document.contains("steps_cut") || document["notes"].empty()) << limit;
    EXPECT_TRUE(!document.contains("applied_revisions_cut") || document["steps"].empty()) << limit;
    EXPECT_TRUE(document["notes"].empty() || document["notes"].back() == "note 59") << limit;
    EXPECT_TRUE(document["steps"].empty() || document["steps"].back()["revision"] == "step59") << "the newest step stays";
    EXPECT_TRUE(document["applied_revisions"].empty() || document["applied_revisions"][0] == "applied59") << limit;
    EXPECT_EQ(document["error"]["message"], "no such table: t");
    EXPECT_EQ(document["heads_after"], (json{"b", "c"}));
    notes += document.contains("notes_cut") ? 1U : 0U;
    steps += document.contains("steps_cut") ? 1U : 0U;
    applied += document.contains("applied_revisions_cut") ? 1U : 0U;
  }
  EXPECT_GT(notes, steps);
  EXPECT_GT(steps, applied);
  EXPECT_GT(applied, 0U);
}

TEST(BoundedReport, CountsWhatTheLimitCutsFromTheHundred) {
  RunReport run = report_of(RunOutcome::Done);
  run.steps.clear();
  const json document = json::parse(bounded_report(run, bearings(revisions(300)), 900));
  EXPECT_EQ(document["applied_revisions"].size() + document["applied_revisions_cut"].get<std::size_t>(), 300U);
  EXPECT_LT(document["applied_revisions"].size(), 100U);
}

TEST(BoundedReport, ShortensAMessageBetweenCharactersAndNoMoreThanItMust) {
  RunReport run = report_of(RunOutcome::Failed);
  run.error = failure();
  for (std::size_t blanks = 0; blanks < 4; ++blanks) {
    run.error->message = std::string(blanks, 'x');
    for (int number = 0; number < 4'000; ++number) run.error->message += "€";
    const std::string text = bounded_report(run, bearings({"b"}), 1'000);
    const std::string message = json::parse(text)["error"]["message"];
    EXPECT_LE(text.size(), 1'000U);
    EXPECT_GE(text.size(), 1'000U - 3U) << "room for another character was left";
    EXPECT_EQ(message.substr(0, blanks), std::string(blanks, 'x'));
    EXPECT_EQ((message.size() - blanks) % 3, 0U);
    EXPECT_EQ(message.substr(message.size() - 3), "…");
    EXPECT_EQ(message.find("\xEF\xBF\xBD"), std::string::npos) << "a character was cut in two";
  }
}

TEST(BoundedReport, CutsTheSubjectBeforeTheMessage) {
  RunReport run = report_of(RunOutcome::Failed);
  run.error = failure();
  run.error->subject = revisions(500);
  const json document = json::parse(bounded_report(run, {}, 1'000));
  EXPECT_EQ(document["error"]["message"], "no such table: t");
  EXPECT_EQ(document["error"]["subject"][0], "applied499");
}

std::string any_text(std::size_t most) {
  const std::size_t size = *rc::gen::inRange<std::size_t>(0, most + 1);
  switch (*rc::gen::inRange(0, 4)) {
  case 0: // any bytes: as a rule no UTF-8
    return *rc::gen::container<std::string>(size, rc::gen::arbitrary<char>());
  case 1: // escapes that JSON writes in six characters
    return std::string(size, '\x01');
  case 2: {
    std::string out;
    while (out.size() < size) out += "€𝄞é";
    return out;
  }
  default:
    return std::string(size, '"');
  }
}

std::vector<std::string> any_texts(std::size_t most, std::size_t longest) {
  std::vector<std::string> out(*rc::gen::inRange<std::size_t>(0, most + 1));
  const std::string text = any_text(longest);
  for (std::string &one : out) one = text;
  return out;
}

Bearings any_bearings() {
  Bearings out = bearings(any_texts(200, 40));
  if (*rc::gen::arbitrary<bool>()) out.target_heads = any_texts(50, 40);
  if (*rc::gen::arbitrary<bool>()) out.file_heads = any_texts(50, 40);
  if (*rc::gen::arbitrary<bool>()) out.pending = *rc::gen::arbitrary<std::int64_t>();
  return out;
}

RC_GTEST_PROP(BoundedReport, IsAlwaysJsonAndNeverTooLong, ()) {
  RunReport run;
  run.outcome =
      *rc::gen::element(RunOutcome::Done, RunOutcome::NothingToDo, RunOutcome::Ahead, RunOutcome::Failed, RunOutcome::Reverted);
  run.run_id = any_text(200);
  run.heads_before = any_texts(50, 40);
  run.heads_after = any_texts(50, 40);
  run.untouched = any_texts(50, 40);
  run.steps.assign(*rc::gen::inRange<std::size_t>(0, 300), {any_text(40), Direction::Down, *rc::gen::arbitrary<std::int64_t>()});
  run.plan_hash = any_text(70);
  run.notes = any_texts(50, 300);
  run.started_at = any_text(30);
  run.milliseconds = *rc::gen::arbitrary<std::int64_t>();
  if (*rc::gen::arbitrary<bool>()) {
    run.error = Error{};
    run.error->code = ErrorCode::InvalidRevisionFile;
    run.error->message = any_text(8'000);
    run.error->subject = any_texts(200, 40);
    run.error->file = any_text(600);
    run.error->line = *rc::gen::inRange(0, 1'000'000);
    run.error->sqlstate = any_text(40);
    run.error->revision = any_text(40);
  }
  const std::size_t limit = *rc::gen::inRange<std::size_t>(800, 4'097);
  const std::string text = bounded_report(run, any_bearings(), limit);
  RC_ASSERT(text.size() <= limit);
  const json document = json::parse(text, nullptr, false); // also refuses what is not UTF-8
  RC_ASSERT(document.is_object());
  RC_ASSERT(document["protocol"] == "1.0");
  RC_ASSERT(document["outcome"] == execute::name(run.outcome));
  RC_ASSERT(document["exit_code"] == (run.error ? 2 : 0));
  RC_ASSERT(document["steps"].size() + document.value("steps_cut", std::size_t{0}) == run.steps.size());
  RC_ASSERT(document["heads_after"].size() + document.value("heads_after_cut", std::size_t{0}) == run.heads_after.size());
}

} // namespace
} // namespace migrator::report
