#include "migrator/plan/plan.h"

#include <functional>

#include <gtest/gtest.h>

#include "tests/unit/plan/plans.h"

namespace migrator::plan {
namespace {

History chain() {
  History out;
  out.files = {table("a", "none"), table("b", "a"), table("c", "b")};
  return out;
}

Plan up(const History &history, const std::string &target = "head") {
  Result<Plan> plan = history.plan(upgrade_to(target));
  EXPECT_TRUE(plan) << plan.error().text();
  return plan ? std::move(*plan) : Plan{};
}

struct Change {
  std::string name;
  std::function<void(Plan &)> make;
};

class HashTest : public testing::TestWithParam<Change> {};

TEST_P(HashTest, ChangesIt) {
  Plan plan = up(chain());
  GetParam().make(plan);
  EXPECT_NE(plan_hash(plan), up(chain()).hash);
}

// The section that a step's items stand in, with one option changed.
void with_section(Plan &plan, const std::function<void(script::Section &)> &change) {
  auto script = std::make_shared<script::Script>(*plan.steps.front().script);
  change(script->sections.front());
  for (StepItem &item : plan.steps.front().items) item.section = &script->sections.front();
  plan.steps.front().script = std::move(script);
}

using std::chrono::milliseconds;

INSTANTIATE_TEST_SUITE_P(
    Of, HashTest,
    testing::Values(
        Change{"heads_before", [](Plan &plan) { plan.heads_before = {"z"}; }},
        Change{"heads_after",
               [](Plan &plan) {
                 plan.heads_after = {"b", "c"};
               }},
        Change{"a_step_less", [](Plan &plan) { plan.steps.pop_back(); }},
        Change{"order", [](Plan &plan) { std::swap(plan.steps[0], plan.steps[1]); }},
        Change{"revision", [](Plan &plan) { plan.steps[1].revision = "x"; }},
        Change{"direction", [](Plan &plan) { plan.steps[1].direction = Direction::Down; }},
        Change{"checksum", [](Plan &plan) { plan.steps[2].checksum += "0"; }},
        Change{"transaction", [](Plan &plan) { with_section(plan, [](script::Section &s) { s.transaction = false; }); }},
        Change{"foreign_keys", [](Plan &plan) { with_section(plan, [](script::Section &s) { s.foreign_keys = true; }); }},
        Change{"lock_timeout",
               [](Plan &plan) { with_section(plan, [](script::Section &s) { s.lock_timeout = milliseconds(1); }); }},
        Change{"statement_timeout",
               [](Plan &plan) { with_section(plan, [](script::Section &s) { s.statement_timeout = milliseconds(1); }); }},
        Change{"batch", [](Plan &plan) { with_section(plan, [](script::Section &s) { s.data = script::DataBatch{}; }); }}),
    [](const auto &param_info) { return param_info.param.name; });

TEST(PlanHash, IsTheSameForTheSamePlan) {
  const Plan plan = up(chain());
  EXPECT_EQ(plan.hash, plan_hash(plan));
  EXPECT_EQ(plan.hash, up(chain()).hash);
  EXPECT_EQ(plan.hash.substr(0, 3), "v1:");
  EXPECT_EQ(plan.hash.size(), 67U);
}

// Published: `--approved` of one version must be understood by the next.
TEST(PlanHash, OfNothing) {
  EXPECT_EQ(plan_hash(Plan{}), "v1:25015308f7558dcc046d4ce9ad827dc19f3c963c53951de43036ea0b2ff21643");
}

TEST(PlanHash, DoesNotDependOnWordsAndNotes) {
  Plan plan = up(chain());
  plan.notes = {"note"};
  plan.untouched = {"u"};
  plan.adopt.emplace_back();
  const std::shared_ptr<const script::Script> before = plan.steps[0].script; // the items point into it
  auto script = std::make_shared<script::Script>(*before);
  script->message = "another";
  script->path = "elsewhere.sql";
  plan.steps[0].script = script;
  EXPECT_EQ(plan_hash(plan), up(chain()).hash);
}

TEST(PlanHash, DoesNotDependOnHowFarAStepIs) {
  History history;
  history.files = {revision("a", "none", "-- migrate:up transaction:false\none;\ntwo;\n")};
  const std::string whole = up(history).hash;
  history.state.partial = partial_row(history.files[0], Direction::Up, 1);
  history.state.latest["a"] = *history.state.partial;
  EXPECT_EQ(up(history).hash, whole);
}

TEST(Approved, IsThePlanItself) {
  const Plan plan = up(chain());
  EXPECT_TRUE(approved_by(plan, plan.hash, std::nullopt));
  EXPECT_FALSE(approved_by(plan, "v1:other", std::nullopt));
  EXPECT_FALSE(approved_by(plan, "", std::nullopt));
}

TEST(Approved, IsWhatIsLeftOfIt) {
  const Plan whole = up(chain());
  const std::optional<ApprovedPlan> kept = approved_plan(whole);
  History later = chain();
  later.apply(later.files[0]);
  later.state.heads = {"a"};
  const Plan rest = up(later);
  EXPECT_EQ(described(rest), (Texts{"up b", "up c"}));
  EXPECT_TRUE(approved_by(rest, whole.hash, kept));
  EXPECT_FALSE(approved_by(rest, whole.hash, std::nullopt)) << "nothing is kept of it";
  EXPECT_FALSE(approved_by(rest, "v1:other", kept)) << "another plan was approved";
}

TEST(Approved, IsNotAnotherEndOrMiddle) {
  const Plan whole = up(chain());
  const std::optional<ApprovedPlan> kept = approved_plan(whole);
  EXPECT_FALSE(approved_by(up(chain(), "b"), whole.hash, kept)) << "stops before the end";
  Plan edited = up(chain());
  edited.steps.back().checksum = "v1:edited";
  edited.hash = plan_hash(edited);
  EXPECT_FALSE(approved_by(edited, whole.hash, kept));
  Plan longer = up(chain());
  longer.steps.insert(longer.steps.begin(), longer.steps.front());
  longer.hash = plan_hash(longer);
  EXPECT_FALSE(approved_by(longer, whole.hash, kept));
  Plan down = up(chain());
  for (Step &step : down.steps) step.direction = Direction::Down;
  down.hash = plan_hash(down);
  EXPECT_FALSE(approved_by(down, whole.hash, kept));
}

TEST(Approved, NothingLeftIsAlwaysApproved) {
  EXPECT_TRUE(approved_by(Plan{}, "v1:any", std::nullopt));
}

TEST(ApprovedPlan, SurvivesTheJournal) {
  const ApprovedPlan plan = approved_plan(up(chain()));
  const std::optional<ApprovedPlan> back = approved_from_json(to_json(plan));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->hash, plan.hash);
  EXPECT_EQ(back->steps, plan.steps);
  EXPECT_EQ(plan.steps.size(), 3U);
}

TEST(ApprovedPlan, OtherTextIsNoPlan) {
  for (const std::string text :
       {"", "{", "[]", "null", "{\"hash\":1,\"steps\":[]}", "{\"hash\":\"h\"}", "{\"hash\":\"h\",\"steps\":{}}",
        "{\"hash\":\"h\",\"steps\":[1]}", "{\"hash\":\"h\",\"steps\":[{\"revision\":1}]}"})
    EXPECT_FALSE(approved_from_json(text)) << text;
}

TEST(Plan, IsRevertibleWhenEveryStepIsOneTransactionWithAWayBack) {
  EXPECT_TRUE(up(chain()).revertible());
  EXPECT_TRUE(Plan{}.revertible());
  const auto with = [](const std::string &sections) {
    History history = chain();
    history.files.push_back(revision("d", "c", sections));
    return up(history);
  };
  EXPECT_FALSE(with("-- migrate:up\n").revertible()) << "no down section";
  EXPECT_FALSE(with("-- migrate:up\n-- migrate:down irreversible\n").revertible());
  EXPECT_FALSE(with("-- migrate:up transaction:false\nVACUUM;\n-- migrate:down\n").revertible());
  EXPECT_FALSE(with("-- migrate:up\n-- migrate:data name:n table:t key:k\nUPDATE t SET a = :from, b = :to;\n"
                    "-- migrate:down\n")
                   .revertible());
  EXPECT_TRUE(with("-- migrate:up\none;\n-- migrate:down\n").revertible());
}

TEST(Plan, GoesDownWhenAStepDoes) {
  History history = chain();
  for (const script::Script &script : history.files) history.apply(script);
  history.state.heads = {"c"};
  const Result<Plan> down = history.plan(downgrade_to("-1"));
  ASSERT_TRUE(down);
  EXPECT_TRUE(down->goes_down());
  EXPECT_FALSE(down->revertible());
  EXPECT_FALSE(up(chain()).goes_down());
}

} // namespace
} // namespace migrator::plan
