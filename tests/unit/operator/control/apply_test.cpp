// What is written for a decision, in which order, and what an answer means. The API server is a script here; the order of a killed operator is tried on a real
// one.
#include "operator/reconcile/apply.h"

#include <gtest/gtest.h>

#include "tests/support/scripted_client.h"
#include "tests/unit/operator/control/objects.h"

namespace {

using namespace controller;
using namespace controller::reconcile;
using kube::Json;

const kube::ObjectName kShop{"n", "shop"};

struct ApplyTest : testing::Test {
  kube::ScriptedClient client;
  Caches caches{1};
  Slots slots{caches.jobs, {}};
  Superseded superseded;
  std::chrono::steady_clock::time_point steady{std::chrono::hours(1)};
  Clock clock{[] { return std::chrono::system_clock::time_point(); }, [this] { return steady; }, [] { return 0.0; }};
  Gatherer gatherer{client, caches, slots, superseded, {}, clock};
  Recorder recorder{client, "me", clock, [](const std::string &) {}};
  std::vector<std::string> results;
  Applier applier{client,
                  caches,
                  gatherer,
                  superseded,
                  recorder,
                  {[this](const kube::ObjectName &, const std::string &result) { results.push_back(result); },
                   [](const kube::ObjectName &, const std::string &) {}}};
  Json applied_status;

  ApplyTest() {
    client.on_create = [](const kube::ResourceType &, const std::string &, const Json &object) {
      return kube::Result<Json>(object);
    };
    client.on_apply_status = [this](const kube::ResourceType &, const kube::ObjectName &, const Json &object) {
      applied_status = object;
      Json stored = object;
      stored["metadata"]["resourceVersion"] = "6";
      return kube::Result<Json>(stored);
    };
    client.on_remove = [](const kube::ResourceType &, const kube::ObjectName &, const std::string &) { return kube::Status(); };
  }
  static Observed observed(const std::string &job = {}) {
    Observed seen;
    seen.migration = *api::read_migration(migration_object("5", job));
    return seen;
  }
  static Decision same(const Observed &seen) {
    Decision decision;
    decision.status = seen.migration.status;
    return decision;
  }
};

TEST_F(ApplyTest, ADecisionThatChangesNothingWouldWriteNothing) {
  const Observed seen = observed("job-1");
  Decision decision = same(seen);
  decision.look_again = std::chrono::seconds(3);
  EXPECT_FALSE(would_write(seen, decision));
  const auto applied = applier.apply(seen, decision);
  ASSERT_TRUE(applied);
  EXPECT_FALSE(applied->wrote);
  EXPECT_TRUE(client.calls().empty());
}

TEST_F(ApplyTest, EventsThenStatusThenJobThenWhatGoes) {
  Observed seen = observed("job-1");
  seen.job = JobView{};
  seen.job->name = "old-job";
  seen.job->uid = "old-uid";
  Decision decision = same(seen);
  decision.notes = {{false, "RunStarted", "it starts", "1"}};
  decision.status.observed_generation = 1;
  decision.create_job = true;
  decision.remove_job = "old-uid";
  decision.run_result = "succeeded";
  ASSERT_TRUE(would_write(seen, decision));
  const auto applied = applier.apply(seen, decision);
  ASSERT_TRUE(applied);
  EXPECT_TRUE(applied->wrote);
  EXPECT_TRUE(applied->job_created);
  const std::vector<std::string> calls = client.calls();
  ASSERT_EQ(calls.size(), 4U);
  EXPECT_TRUE(calls[0].starts_with("create events n/shop."));
  EXPECT_EQ(calls[1], "apply_status migrations n/shop");
  EXPECT_TRUE(calls[2].starts_with("create jobs n/"));
  EXPECT_EQ(calls[3], "remove jobs n/old-job");
  EXPECT_EQ(results, (std::vector<std::string>{"succeeded"}));
  EXPECT_EQ(applied_status["metadata"]["resourceVersion"], "5"); // so that nothing is written over what was not read
  EXPECT_EQ(applied_status["kind"], "Migration");
  EXPECT_FALSE(applied_status.contains("spec"));
}

TEST_F(ApplyTest, TheVersionThatAWriteReplacedIsOld) {
  const Observed seen = observed();
  Decision decision = same(seen);
  decision.status.observed_generation = 1;
  ASSERT_TRUE(applier.apply(seen, decision));
  EXPECT_TRUE(superseded.contains(kShop, "5"));
  EXPECT_FALSE(superseded.contains(kShop, "6"));
}

TEST_F(ApplyTest, AConflictStopsEverythingAfterIt) {
  client.on_apply_status = [](const kube::ResourceType &, const kube::ObjectName &, const Json &) -> kube::Result<Json> {
    return kube::fail(kube::ErrorKind::Conflict, "the object has been modified");
  };
  const Observed seen = observed("job-1");
  Decision decision = same(seen);
  decision.status.observed_generation = 1;
  decision.create_job = true;
  decision.run_result = "failed";
  const auto applied = applier.apply(seen, decision);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, kube::ErrorKind::Conflict);
  EXPECT_EQ(client.calls(), (std::vector<std::string>{"apply_status migrations n/shop"}));
  EXPECT_TRUE(results.empty()); // it would be counted twice
}

TEST_F(ApplyTest, AnEventThatCannotBeWrittenIsInNobodysWay) {
  client.on_create = [](const kube::ResourceType &, const std::string &, const Json &) -> kube::Result<Json> {
    return kube::fail(kube::ErrorKind::Forbidden, "no");
  };
  const Observed seen = observed();
  Decision decision = same(seen);
  decision.notes = {{false, "RunStarted", "it starts", "1"}};
  decision.status.observed_generation = 1;
  ASSERT_TRUE(applier.apply(seen, decision));
  EXPECT_EQ(client.calls().back(), "apply_status migrations n/shop");
}

struct Taken : ApplyTest, testing::WithParamInterface<bool> {};
TEST_P(Taken, AJobThatIsThereAlreadyCountsIfItIsOurs) {
  client.on_create = [](const kube::ResourceType &, const std::string &, const Json &) -> kube::Result<Json> {
    return kube::fail(kube::ErrorKind::AlreadyExists, "there");
  };
  client.on_get = [](const kube::ResourceType &, const kube::ObjectName &name) -> kube::Result<Json> {
    return job_object(name.name, GetParam() ? "shop-uid" : "another-uid");
  };
  const Observed seen = observed("job-1");
  Decision decision = same(seen);
  decision.create_job = true;
  const auto applied = applier.apply(seen, decision);
  ASSERT_TRUE(applied);
  EXPECT_EQ(applied->job_created, GetParam());
  EXPECT_TRUE(applied->wrote); // the next look sees whose it is
}
INSTANTIATE_TEST_SUITE_P(Whose, Taken, testing::Bool(), [](const auto &whose) { return whose.param ? "Ours" : "Anothers"; });

TEST_F(ApplyTest, ARefusedJobIsNotTriedAgainForAMinute) {
  client.on_create = [](const kube::ResourceType &, const std::string &, const Json &) -> kube::Result<Json> {
    return kube::fail(kube::ErrorKind::Forbidden, "exceeded quota: jobs");
  };
  const Observed seen = observed("job-1");
  Decision decision = same(seen);
  decision.create_job = true;
  auto applied = applier.apply(seen, decision);
  ASSERT_TRUE(applied);
  EXPECT_TRUE(applied->wrote); // the refusal is to be told in the status
  EXPECT_FALSE(applied->job_created);
  applied = applier.apply(seen, decision);
  EXPECT_FALSE(applied->wrote);
  EXPECT_TRUE(applied->job_refused);
  EXPECT_EQ(client.calls().size(), 1U);
  steady += std::chrono::seconds(60);
  applied = applier.apply(seen, decision);
  EXPECT_EQ(client.calls().size(), 2U);
}

TEST_F(ApplyTest, AJobThatIsGoneNeedsNoRemoving) {
  for (const kube::ErrorKind kind : {kube::ErrorKind::NotFound, kube::ErrorKind::Conflict}) {
    client.on_remove = [kind](const kube::ResourceType &, const kube::ObjectName &, const std::string &) -> kube::Status {
      return kube::fail(kind, "gone");
    };
    Observed seen = observed();
    seen.job = JobView{};
    seen.job->name = "plan";
    seen.job->uid = "plan-uid";
    Decision decision = same(seen);
    decision.remove_job = "plan-uid";
    EXPECT_TRUE(applier.apply(seen, decision));
  }
}

TEST_F(ApplyTest, APlansJobThatIsNoMoreTheRunsIsFoundByItsUid) {
  caches.jobs.put(job_object("plan-job", "shop-uid"));
  const Observed seen = observed("job-2");
  Decision decision = same(seen);
  decision.remove_job = "plan-job-uid";
  ASSERT_TRUE(applier.apply(seen, decision));
  EXPECT_EQ(client.calls(), (std::vector<std::string>{"remove jobs n/plan-job"}));
}

TEST_F(ApplyTest, ASpecThatCannotBeReadIsToldOnce) {
  Json object = migration_object("5");
  Unreadable unreadable{api::read_without_spec(object), {"spec.backup.policy", "write Always, Destructive, External or Never"}};
  auto told = applier.tell_unreadable(unreadable, {});
  ASSERT_TRUE(told);
  EXPECT_TRUE(*told);
  const Json &conditions = applied_status["status"]["conditions"];
  ASSERT_EQ(conditions.size(), 2U);
  EXPECT_EQ(conditions[0]["type"], "Ready");
  EXPECT_EQ(conditions[0]["status"], "False");
  EXPECT_EQ(conditions[1]["type"], "Stalled");
  EXPECT_EQ(conditions[1]["reason"], "InvalidSpec");
  EXPECT_EQ(conditions[1]["message"], "spec.backup.policy: write Always, Destructive, External or Never");
  object["status"] = applied_status["status"];
  unreadable.migration = api::read_without_spec(object);
  const std::size_t calls = client.calls().size();
  told = applier.tell_unreadable(unreadable, {});
  EXPECT_FALSE(*told);
  EXPECT_EQ(client.calls().size(), calls);
}

} // namespace
