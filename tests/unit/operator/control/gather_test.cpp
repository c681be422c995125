// What is read for a decision, from where and how often.
#include "operator/reconcile/gather.h"

#include <gtest/gtest.h>

#include "tests/support/scripted_client.h"
#include "tests/unit/operator/control/objects.h"

namespace {

using namespace controller;
using namespace controller::reconcile;
using kube::Json;
using std::chrono::seconds;

const kube::ObjectName kShop{"n", "shop"};

struct GatherTest : testing::Test {
  kube::ScriptedClient client;
  Caches caches{1};
  Slots slots{caches.jobs, {}};
  Superseded superseded;
  std::chrono::steady_clock::time_point steady{std::chrono::hours(1)};
  std::chrono::sys_seconds wall = *api::read_time("2026-11-22T10:01:00Z");
  Settings settings;
  std::vector<std::string> lists;

  Gatherer gatherer() {
    return {client,     caches,   slots,
            superseded, settings, {[this] { return wall; }, [this] { return steady; }, [] { return 0.25; }}};
  }
  // What a list answers, by plural; and it is written down with its selectors.
  void serve_lists(std::map<std::string, Json> items) {
    client.on_list = [this, items](const kube::ResourceType &type, const std::string &name_space,
                                   const kube::ListOptions &options) {
      lists.push_back(std::string(type.plural) + " " + name_space + " " + options.label_selector + options.field_selector);
      const auto found = items.find(std::string(type.plural));
      return kube::Result<Json>({{"metadata", Json::object()}, {"items", found == items.end() ? Json::array() : found->second}});
    };
  }
  void serve(std::map<std::string, Json> objects) {
    client.on_get = [objects](const kube::ResourceType &type, const kube::ObjectName &name) -> kube::Result<Json> {
      const auto found = objects.find(std::string(type.plural) + "/" + name.name);
      if (found == objects.end()) return kube::fail(kube::ErrorKind::NotFound, "not there");
      return found->second;
    };
  }
};

TEST_F(GatherTest, FromTheCachesNothingIsAsked) {
  caches.migrations.put(migration_object("5", "job-1"));
  caches.jobs.put(job_object("job-1", "shop-uid"));
  caches.runner_pods.put(pod_object("pod-1", "job-1-uid", "Running"));
  caches.runner_pods.put(pod_object("stranger", "another-uid", "Running"));
  Gatherer gather = gatherer();
  const auto found = gather.cached(kShop);
  ASSERT_TRUE(found);
  const auto &observed = std::get<Observed>(*found);
  EXPECT_EQ(observed.migration.uid, "shop-uid");
  ASSERT_TRUE(observed.job);
  EXPECT_TRUE(observed.job->ours);
  ASSERT_EQ(observed.pods.size(), 1U);
  EXPECT_EQ(observed.pods[0].name, "pod-1");
  EXPECT_EQ(observed.now, wall);
  EXPECT_EQ(observed.jitter, 0.25);
  EXPECT_TRUE(client.calls().empty());
}

TEST_F(GatherTest, WhatIsNotThereIsAbsent) {
  Gatherer gather = gatherer();
  EXPECT_TRUE(std::holds_alternative<Absent>(*gather.cached(kShop)));
  serve({});
  EXPECT_TRUE(std::holds_alternative<Absent>(*gather.live(kShop)));
}

TEST_F(GatherTest, ASpecThatCannotBeReadKeepsItsStatus) {
  Json object = migration_object("5", "job-1");
  object["spec"]["backup"]["policy"] = "Sometimes";
  caches.migrations.put(object);
  const auto found = gatherer().cached(kShop);
  const auto &unreadable = std::get<Unreadable>(*found);
  EXPECT_EQ(unreadable.fault.field, "spec.backup.policy");
  ASSERT_TRUE(unreadable.migration.status.run);
  EXPECT_EQ(unreadable.migration.status.run->job, "job-1");
}

TEST_F(GatherTest, LiveAsksForTheMigrationItsJobAndTheJobsPods) {
  serve({{"migrations/shop", migration_object("6", "job-1")}, {"jobs/job-1", job_object("job-1", "shop-uid")}});
  serve_lists({{"pods", {pod_object("pod-1", "job-1-uid", "Running"), pod_object("stranger", "x", "Running")}}});
  const auto found = gatherer().live(kShop);
  const auto &observed = std::get<Observed>(*found);
  EXPECT_EQ(observed.pods.size(), 1U);
  EXPECT_EQ(client.calls(), (std::vector<std::string>{"get migrations n/shop", "get jobs n/job-1"}));
  EXPECT_EQ(lists, (std::vector<std::string>{"pods n batch.kubernetes.io/job-name=job-1"}));
}

TEST_F(GatherTest, ACacheThatShowsAnOlderVersionThanALiveReadIsNotBelieved) {
  caches.migrations.put(migration_object("5"));
  Gatherer gather = gatherer();
  EXPECT_TRUE(gather.cached(kShop));
  serve({{"migrations/shop", migration_object("6")}});
  ASSERT_TRUE(gather.live(kShop));
  EXPECT_FALSE(gather.cached(kShop));
  caches.migrations.put(migration_object("6"));
  EXPECT_TRUE(gather.cached(kShop));
}

TEST_F(GatherTest, AnErrorOfTheServerIsNoAbsence) {
  client.on_get = [](const kube::ResourceType &type, const kube::ObjectName &) -> kube::Result<Json> {
    if (type.plural == "migrations") return migration_object("6", "job-1");
    return kube::fail(kube::ErrorKind::ServerError, "etcd is away");
  };
  const auto found = gatherer().live(kShop);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message, "etcd is away");
}

TEST_F(GatherTest, ProgressIsReadFromTheLogEveryFiveSeconds) {
  settings.progress = true;
  caches.migrations.put(migration_object("5", "job-1"));
  caches.jobs.put(job_object("job-1", "shop-uid"));
  caches.runner_pods.put(pod_object("pod-1", "job-1-uid", "Running"));
  int step = 1;
  client.on_log = [&](const kube::ObjectName &, const std::string &) -> kube::Result<std::string> {
    return "{\"event\":\"step_started\",\"step\":" + std::to_string(step) + ",\"of\":9}\n";
  };
  Gatherer gather = gatherer();
  const auto progress = [&] { return std::get<Observed>(*gather.cached(kShop)).progress; };
  EXPECT_EQ(progress(), (api::Progress{1, 9, std::nullopt}));
  step = 2;
  steady += seconds(4);
  EXPECT_EQ(progress(), (api::Progress{1, 9, std::nullopt}));
  steady += seconds(1);
  EXPECT_EQ(progress(), (api::Progress{2, 9, std::nullopt}));
  EXPECT_EQ(client.calls(), (std::vector<std::string>{"log pods n/pod-1", "log pods n/pod-1"}));
}

TEST_F(GatherTest, ALogThatCannotBeReadStopsNothing) {
  settings.progress = true;
  caches.migrations.put(migration_object("5", "job-1"));
  caches.jobs.put(job_object("job-1", "shop-uid"));
  caches.runner_pods.put(pod_object("pod-1", "job-1-uid", "Running"));
  client.on_log = [&](const kube::ObjectName &, const std::string &) -> kube::Result<std::string> {
    return kube::fail(kube::ErrorKind::Forbidden, "no");
  };
  EXPECT_EQ(std::get<Observed>(*gatherer().cached(kShop)).progress, std::nullopt);
}

TEST_F(GatherTest, ARunThatHangsForNoVisibleReasonIsLookedIntoOnceAMinute) {
  caches.migrations.put(migration_object("5", "job-1"));
  caches.jobs.put(job_object("job-1", "shop-uid")); // a minute old, and no pod
  serve_lists({{"events", {{{"type", "Warning"}, {"reason", "FailedCreate"}, {"message", "quota"}}}}});
  Gatherer gather = gatherer();
  const auto trouble = [&] { return std::get<Observed>(*gather.cached(kShop)).trouble; };
  ASSERT_TRUE(trouble());
  EXPECT_EQ(trouble()->reason, "FailedCreate");
  EXPECT_EQ(trouble()->message, "quota");
  EXPECT_EQ(lists, (std::vector<std::string>{"events n type=Warning,involvedObject.uid=job-1-uid"}));
  steady += seconds(60);
  EXPECT_TRUE(trouble());
  EXPECT_EQ(lists.size(), 2U);
}

TEST_F(GatherTest, AYoungJobAndAPodThatSaysWhatItWaitsForAreLeftAlone) {
  caches.migrations.put(migration_object("5", "job-1"));
  caches.jobs.put(job_object("job-1", "shop-uid", "2026-11-22T10:00:50Z"));
  EXPECT_FALSE(std::get<Observed>(*gatherer().cached(kShop)).trouble);
  caches.jobs.put(job_object("job-1", "shop-uid"));
  Json pod = pod_object("pod-1", "job-1-uid", "Pending");
  pod["status"]["containerStatuses"] = {{{"name", "migrator"}, {"state", {{"waiting", {{"reason", "ErrImagePull"}}}}}}};
  caches.runner_pods.put(pod);
  EXPECT_FALSE(std::get<Observed>(*gatherer().cached(kShop)).trouble);
}

TEST_F(GatherTest, ALiveLookReservesASlotWhenAJobMayHaveToBeCreated) {
  Slots one(caches.jobs, {1, 1});
  Gatherer gather(client, caches, one, superseded, settings,
                  {[this] { return wall; }, [this] { return steady; }, [] { return 0.0; }});
  serve({{"migrations/shop", migration_object("6", "job-1")}});
  EXPECT_TRUE(std::get<Observed>(*gather.live(kShop)).slot_free);
  EXPECT_FALSE(one.free({"n", "other"}));
}

TEST_F(GatherTest, TheSqliteClaimIsLookedForAmongAllPodsOfAllPages) {
  Json migration = migration_object("6", "job-1");
  migration["spec"]["database"] = {
      {"type", "SQLite"}, {"sqlite", {{"volume", {{"persistentVolumeClaim", {{"claimName", "data"}}}}}, {"path", "shop.db"}}}};
  serve({{"migrations/shop", migration}});
  client.on_list = [&](const kube::ResourceType &, const std::string &, const kube::ListOptions &options) -> kube::Result<Json> {
    if (options.continue_token.empty()) return Json{{"metadata", {{"continue", "more"}}}, {"items", Json::array()}};
    return Json{{"metadata", Json::object()},
                {"items",
                 {{{"spec", {{"nodeName", "n7"}, {"volumes", {{{"persistentVolumeClaim", {{"claimName", "data"}}}}}}}},
                   {"status", {{"phase", "Running"}}}}}}};
  };
  EXPECT_EQ(std::get<Observed>(*gatherer().live(kShop)).sqlite_node, "n7");
}

TEST_F(GatherTest, ARefusedJobIsToldAsTroubleAndTriedAgainAfterAMinute) {
  caches.migrations.put(migration_object("5", "job-1"));
  Gatherer gather = gatherer();
  gather.refused(kShop, "job-1", "quota exceeded");
  EXPECT_EQ(std::get<Observed>(*gather.cached(kShop)).trouble->message, "quota exceeded");
  EXPECT_TRUE(gather.refused_lately(kShop, "job-1"));
  EXPECT_FALSE(gather.refused_lately(kShop, "job-2"));
  steady += seconds(60);
  EXPECT_FALSE(gather.refused_lately(kShop, "job-1"));
}

TEST_F(GatherTest, PodsThatWaitForItAreItsDependentsWithGatingOn) {
  caches.migrations.put(migration_object("5"));
  caches.gated_pods.put({{"metadata",
                          {{"namespace", "n"},
                           {"name", "web"},
                           {"labels", {{"migrator.dev/gated", "true"}}},
                           {"annotations", {{"migrator.dev/wait-for", "shop"}, {"migrator.dev/revision", "a1"}}}}}});
  EXPECT_TRUE(std::get<Observed>(*gatherer().cached(kShop)).dependents.empty());
  settings.gating = true;
  const auto dependents = std::get<Observed>(*gatherer().cached(kShop)).dependents;
  ASSERT_EQ(dependents.size(), 1U);
  EXPECT_EQ(dependents[0].name, "web");
  EXPECT_EQ(dependents[0].revision, "a1");
}

} // namespace
