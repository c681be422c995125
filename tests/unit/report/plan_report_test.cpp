#include "migrator/report/plan_report.h"

#include <gtest/gtest.h>

#include "migrator/plan/danger.h"
#include "tests/unit/plan/plans.h"

namespace migrator::report {
namespace {

using plan::History;

// An upgrade with a unit of every kind, a step from the journal and one that goes on.
plan::Plan mixed() {
  History history;
  history.files = {plan::revision("a", "none", "-- migrate:up\nCREATE TABLE a;\n-- migrate:assert SELECT 1\n"),
                   plan::revision("b", "a", "-- migrate:up transaction:false\nVACUUM;\ntwo;\n"),
                   plan::revision("c", "b",
                                  "-- migrate:assert SELECT 2\n-- migrate:up\n-- migrate:data name:fill table:t key:k batch:5\n"
                                  "UPDATE t SET a = 1 WHERE k > :from AND k <= :to;\n")};
  history.state.partial = plan::partial_row(history.files[1], Direction::Up, 1);
  history.state.latest["b"] = *history.state.partial;
  history.apply(history.files[0]);
  history.state.heads = {"a"};
  Result<plan::Plan> out = history.plan(plan::upgrade_to("head"));
  EXPECT_TRUE(out) << out.error().text();
  out->hash = "v1:hash";
  for (plan::Step &step : out->steps) step.checksum = "v1:" + step.revision;
  return std::move(*out);
}

TEST(PlanDocument, OfEveryKindOfUnit) {
  EXPECT_EQ(
      plan_document(mixed()).dump(),
      R"({"steps":[{"revision":"b","direction":"up","message":"make b","transactional":true,"from_journal":false,)"
      R"("resumes":true,"checksum":"v1:b","sql":["VACUUM","two"],"units":[{"kind":"transaction","statements":1}]},)"
      R"({"revision":"c","direction":"up","message":"make c","transactional":false,"from_journal":false,"resumes":false,)"
      R"("checksum":"v1:c","sql":["UPDATE t SET a = 1 WHERE k > :from AND k <= :to"],"units":[{"kind":"check","statements":0},)"
      R"({"kind":"batch","statements":1,"name":"fill","batch":5}]}],"heads_before":["a"],"heads_after":["c"],"untouched":[],)"
      R"("outcome":"Moves","hash":"v1:hash","notes":[]})");
}

TEST(PlanDocument, OfNothing) {
  plan::Plan plan;
  plan.heads_before = plan.heads_after = {"a"};
  plan.untouched = {"x"};
  plan.notes = {"note"};
  plan.outcome = graph::WalkOutcome::Ahead;
  EXPECT_EQ(plan_document(plan).dump(), R"({"steps":[],"heads_before":["a"],"heads_after":["a"],"untouched":["x"],)"
                                        R"("outcome":"Ahead","hash":"","notes":["note"]})");
}

TEST(PlanText, OfEveryKindOfUnit) {
  EXPECT_EQ(plan_text(mixed(), Style{}), "from a to c: 2 steps\n"
                                         "\n"
                                         "1/2 up b  make b  (goes on after 1 of 2 statements)\n"
                                         "    -- one transaction\n"
                                         "    two;\n"
                                         "\n"
                                         "2/2 up c  make c\n"
                                         "    -- checked first\n"
                                         "    -- assert SELECT 2\n"
                                         "    -- fill: batches of 5 by t.k, a transaction each\n"
                                         "    UPDATE t SET a = 1 WHERE k > :from AND k <= :to;\n"
                                         "\n"
                                         "plan v1:hash\n");
}

TEST(PlanText, OfAStepDownFromTheJournal) {
  History history;
  const script::Script file = plan::revision(
      "a", "none", "-- migrate:up\n-- migrate:down transaction:false\nVACUUM;\n-- migrate:down lock_timeout:1s\nback;\n");
  history.apply(file);
  history.state.heads = {"a"};
  history.stored_downs = plan::by_revision({file});
  Result<plan::Plan> plan = history.plan(plan::downgrade_to("base"));
  ASSERT_TRUE(plan) << plan.error().text();
  plan->hash = "v1:hash";
  EXPECT_EQ(plan_text(*plan, Style{}),
            "from a to base: 1 step\n"
            "\n"
            "1/1 down a  make a  (its file is not here: the way down comes from the database's journal)\n"
            "    -- outside a transaction\n"
            "    VACUUM;\n"
            "    -- one transaction\n"
            "    back;\n"
            "\n"
            "plan v1:hash\n");
}

TEST(PlanText, IndentsLinesAndMovesNoCursor) {
  History history;
  script::Script file = plan::revision("a", "none", "-- migrate:up\none;\n");
  file.message = "red \x1b[31m";
  std::get<script::SqlText>(file.sections.front().items.front()).text = "SELECT '\x1b';\n";
  history.files = {file};
  Result<plan::Plan> plan = history.plan(plan::upgrade_to("head"));
  ASSERT_TRUE(plan);
  std::get<database::Statement>(plan->steps[0].units[0].items[0]).text = "one\ntwo \x1b[2J";
  plan->notes = {"a\x1b"};
  plan->untouched = {"x", "y\x1b"};
  plan->hash = "v1:hash";
  EXPECT_EQ(plan_text(*plan, Style{}), "from base to a: 1 step\n"
                                       "\n"
                                       "1/1 up a  red  [31m\n"
                                       "    -- one transaction\n"
                                       "    one\n"
                                       "    two  [2J;\n"
                                       "\n"
                                       "left alone: x, y \n"
                                       "note: a \n"
                                       "\n"
                                       "plan v1:hash\n");
}

TEST(PlanText, IsColouredOnATerminal) {
  plan::Plan plan = mixed();
  const std::string text = plan_text(plan, Style{true, true});
  EXPECT_NE(text.find("\x1b[32m1/2 up b\x1b[0m  make b"), std::string::npos);
  EXPECT_NE(text.find("\x1b[2m-- one transaction\x1b[0m"), std::string::npos);
}

TEST(WalkOutcomeName, IsWhatTheDocumentSays) {
  EXPECT_EQ(name(graph::WalkOutcome::Moves), "Moves");
  EXPECT_EQ(name(graph::WalkOutcome::NothingToDo), "NothingToDo");
  EXPECT_EQ(name(graph::WalkOutcome::Ahead), "Ahead");
}

// --- the bounded report ------------------------------------------------------------------------------------------------------------

using nlohmann::json;

PlanReport report_of(const plan::Plan &plan) {
  PlanReport report;
  report.run_id = "uid.1.plan";
  report.plan = &plan;
  report.losses = plan::losses(plan, Dialect::Sqlite);
  report.bearings.database_read = true;
  report.bearings.target_heads = {"c"};
  report.bearings.file_heads = {"c"};
  report.bearings.pending = 2;
  report.bearings.applied_newest_first = {"a"};
  report.started_at = "2026-01-02T03:04:05.678Z";
  report.milliseconds = 50;
  return report;
}

TEST(BoundedPlanReport, OfEveryKindOfUnit) {
  const plan::Plan plan = mixed();
  EXPECT_EQ(bounded_plan_report(report_of(plan), 4'096),
            R"({"protocol":"1.0","kind":"plan","outcome":"Moves","exit_code":0,"run_id":"uid.1.plan","heads_before":["a"],)"
            R"("heads_after":["c"],"untouched":[],"steps":[{"revision":"b","direction":"up","transactional":true},)"
            R"({"revision":"c","direction":"up","transactional":false}],"down_revisions":[],"destructive":false,)"
            R"("kinds":["data","irreversible","resumes","up"],"findings":[],"plan_hash":"v1:hash",)"
            R"("started_at":"2026-01-02T03:04:05.678Z","seconds":0.05,"database_read":true,"target_heads":["c"],)"
            R"("file_heads":["c"],"pending":2,"applied_revisions":["a"]})");
}

TEST(BoundedPlanReport, OfAWayDownThatDrops) {
  History history;
  history.files = {plan::table("a", "none"),
                   plan::revision("b", "a", "-- migrate:up\none;\n-- migrate:down transaction:false\nVACUUM;\n")};
  history.apply(history.files[0]);
  history.apply(history.files[1]);
  history.state.heads = {"b"};
  const Result<plan::Plan> plan = history.plan(plan::downgrade_to("base"));
  ASSERT_TRUE(plan) << plan.error().text();
  const json document = json::parse(bounded_plan_report(report_of(*plan), 4'096));
  EXPECT_EQ(document["down_revisions"], (json{"b", "a"}));
  EXPECT_EQ(document["kinds"], (json{"down", "drops", "empties", "non-transactional"}));
  EXPECT_EQ(document["findings"], json{"revision a: DROP TABLE a"});
  EXPECT_EQ(document["destructive"], true);
}

TEST(BoundedPlanReport, HoldsTheSqlOnlyWhenItIsAskedForAndNoPassword) {
  History history;
  history.files = {plan::revision("a", "none", "-- migrate:up\nCREATE ROLE app PASSWORD 'hunter2';\n")};
  const Result<plan::Plan> plan = history.plan(plan::upgrade_to("head"));
  ASSERT_TRUE(plan) << plan.error().text();
  PlanReport report = report_of(*plan);
  EXPECT_FALSE(json::parse(bounded_plan_report(report, 4'096)).contains("sql"));
  report.sql = true;
  EXPECT_EQ(json::parse(bounded_plan_report(report, 4'096))["sql"], json{"CREATE ROLE app PASSWORD '***'"});
}

TEST(BoundedPlanReport, OfARefusedPlanSaysWhereTheDatabaseStands) {
  PlanReport report;
  report.run_id = "r1";
  report.heads = {"b"};
  report.error = Error{ErrorCode::DownNotAllowed, "going to a would take down b", {"b"}, {}, 0, {}, {}};
  const json document = json::parse(bounded_plan_report(report, 4'096));
  EXPECT_EQ(document["outcome"], "Failed");
  EXPECT_EQ(document["exit_code"], 26);
  EXPECT_EQ(document["heads_before"], json{"b"});
  EXPECT_EQ(document["heads_after"], json{"b"});
  EXPECT_EQ(document["error"]["code"], "DownNotAllowed");
}

TEST(BoundedPlanReport, CutsSqlThenFindingsThenTheLastStepsThenTheOldestRevisions) {
  History history;
  std::string below = "none";
  for (int number = 10; number < 70; ++number) {
    const std::string id = "r" + std::to_string(number);
    history.files.push_back(plan::revision(id, below, "-- migrate:up\nDROP TABLE " + id + ";\n"));
    below = id;
  }
  const Result<plan::Plan> plan = history.plan(plan::upgrade_to("head"));
  ASSERT_TRUE(plan) << plan.error().text();
  PlanReport report = report_of(*plan);
  report.sql = true;
  for (int number = 90; number-- > 0;) report.bearings.applied_newest_first.push_back("applied" + std::to_string(number));
  const std::vector<std::string> order{"sql", "findings", "steps", "applied_revisions"};
  std::size_t cuts = 0;
  for (std::size_t limit = 20'000; limit >= 1'000; limit -= 50) {
    const std::string text = bounded_plan_report(report, limit);
    ASSERT_LE(text.size(), limit);
    const json document = json::parse(text);
    EXPECT_EQ(document["steps"].size() + document.value("steps_cut", 0U), 60U);
    EXPECT_EQ(document["findings"].size() + document.value("findings_cut", 0U), 60U);
    EXPECT_EQ(document["applied_revisions"].size() + document.value("applied_revisions_cut", 0U), 91U);
    EXPECT_TRUE(document["steps"].empty() || document["steps"][0]["revision"] == "r10") << "the first step stays longest";
    for (std::size_t at = 1; at < order.size(); ++at)
      EXPECT_TRUE(!document.contains(order[at] + "_cut") || document[order[at - 1]].empty()) << order[at] << " at " << limit;
    cuts += document.contains("applied_revisions_cut") ? 1U : 0U;
  }
  EXPECT_GT(cuts, 0U);
}

} // namespace
} // namespace migrator::report
