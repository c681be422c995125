#include "migrator/report/plan_report.h"

#include <gtest/gtest.h>

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

} // namespace
} // namespace migrator::report
