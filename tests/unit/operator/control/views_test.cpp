// Jobs, pods and events of the API server read into what a decision rests on; and the progress that a container prints.
#include "operator/reconcile/views.h"

#include <gtest/gtest.h>

#include "operator/reconcile/progress_lines.h"

namespace {

using namespace controller;
using namespace controller::reconcile;
using kube::Json;

Json owned(const std::string &name, const std::string &owner_uid, bool controller = true) {
  return {{"metadata",
           {{"namespace", "n"},
            {"name", name},
            {"uid", name + "-uid"},
            {"creationTimestamp", "2026-11-22T10:00:00Z"},
            {"ownerReferences", {{{"kind", "X"}, {"uid", owner_uid}, {"controller", controller}}}}}}};
}

Json with_condition(Json object, const std::string &type, const std::string &status, const std::string &reason = "",
                    const std::string &message = "") {
  object["status"]["conditions"].push_back({{"type", type},
                                            {"status", status},
                                            {"reason", reason},
                                            {"message", message},
                                            {"lastTransitionTime", "2026-11-22T10:05:00Z"}});
  return object;
}

TEST(JobView, BelongsToWhoseUidControlsIt) {
  EXPECT_TRUE(job_view(owned("j", "m"), "m").ours);
  EXPECT_FALSE(job_view(owned("j", "other"), "m").ours);
  EXPECT_FALSE(job_view(owned("j", "m", false), "m").ours); // an owner, but not the one that controls it
  EXPECT_FALSE(job_view(Json{{"metadata", {{"name", "j"}}}}, "").ours);
}

TEST(JobView, OnlyCompleteAndFailedAreAnEnd) {
  for (const char *type : {"FailureTarget", "SuccessCriteriaMet", "Suspended"})
    EXPECT_EQ(job_view(with_condition(owned("j", "m"), type, "True"), "m").end, JobEnd::None);
  EXPECT_EQ(job_view(with_condition(owned("j", "m"), "Failed", "False"), "m").end, JobEnd::None);
  EXPECT_EQ(job_view(with_condition(owned("j", "m"), "Complete", "True"), "m").end, JobEnd::Complete);
  const JobView failed = job_view(with_condition(owned("j", "m"), "Failed", "True", "PodFailurePolicy", "exit code 20"), "m");
  EXPECT_EQ(failed.end, JobEnd::Failed);
  EXPECT_EQ(failed.reason, "PodFailurePolicy");
  EXPECT_EQ(failed.message, "exit code 20");
  ASSERT_TRUE(failed.ended && failed.created);
  EXPECT_EQ(*failed.ended - *failed.created, std::chrono::minutes(5));
}

TEST(PodView, ReadsHowTheMigratorEnded) {
  Json pod = owned("p", "j");
  pod["spec"] = {{"nodeName", "node-1"},
                 {"containers", {{{"name", "sidecar"}, {"image", "s:1"}}, {{"name", "migrator"}, {"image", "m:1"}}}}};
  pod["status"]["phase"] = "Failed";
  pod["status"]["containerStatuses"] = {
      {{"name", "sidecar"}, {"imageID", "s@sha"}, {"state", {{"terminated", {{"exitCode", 0}, {"message", "mine"}}}}}},
      {{"name", "migrator"},
       {"imageID", "m@sha"},
       {"state", {{"terminated", {{"exitCode", 20}, {"reason", "Error"}, {"message", "{\"a\":1}"}}}}}}};
  const PodView view = pod_view(pod);
  EXPECT_EQ(view.exit_code, 20);
  EXPECT_EQ(view.ended_reason, "Error");
  EXPECT_EQ(view.termination_message, "{\"a\":1}");
  EXPECT_EQ(view.image, "m:1");
  EXPECT_EQ(view.image_id, "m@sha");
  EXPECT_EQ(view.node, "node-1");
  EXPECT_EQ(view.phase, "Failed");
}

TEST(PodView, SaysWhatItsFirstContainerThatMayNotStartWaitsFor) {
  Json pod = owned("p", "j");
  pod["status"]["initContainerStatuses"] = {{{"name", "i"}, {"state", {{"waiting", {{"reason", "PodInitializing"}}}}}}};
  pod["status"]["containerStatuses"] = {
      {{"name", "migrator"}, {"state", {{"waiting", {{"reason", "ContainerCreating"}}}}}},
      {{"name", "other"}, {"state", {{"waiting", {{"reason", "ImagePullBackOff"}, {"message", "no such image"}}}}}}};
  const PodView view = pod_view(pod);
  EXPECT_EQ(view.waiting_reason, "ImagePullBackOff");
  EXPECT_EQ(view.waiting_message, "no such image");
  EXPECT_EQ(view.exit_code, std::nullopt);
}

TEST(PodView, SeesDisruptionsAndWhyItIsNotScheduled) {
  Json pod = with_condition(owned("p", "j"), "DisruptionTarget", "True");
  pod = with_condition(pod, "PodScheduled", "False", "Unschedulable", "0/3 nodes");
  EXPECT_TRUE(pod_view(pod).disrupted);
  EXPECT_EQ(pod_view(pod).unschedulable_message, "0/3 nodes");
  EXPECT_EQ(pod_view(with_condition(owned("p", "j"), "PodScheduled", "False", "SchedulingGated", "x")).unschedulable_message, "");
}

TEST(PodView, GarbageIsReadAsNothing) {
  for (const Json &pod :
       {Json(), Json(3), Json::array(), Json{{"status", 3}, {"spec", "x"}, {"metadata", {1}}},
        Json{{"status",
              {{"containerStatuses", {1, "a", {{"name", "migrator"}, {"state", {{"terminated", {{"exitCode", "1"}}}}}}}}}}}}) {
    const PodView view = pod_view(pod);
    EXPECT_EQ(view.exit_code, std::nullopt);
    EXPECT_EQ(view.name, "");
  }
}

TEST(PodsOfJob, TakesThoseThatTheJobControlsOldestFirst) {
  Json young = owned("young", "job");
  young["metadata"]["creationTimestamp"] = "2026-11-22T11:00:00Z";
  const auto views = pods_of_job({young, owned("stranger", "another"), owned("old", "job")}, "job");
  ASSERT_EQ(views.size(), 2U);
  EXPECT_EQ(views[0].name, "old");
  EXPECT_EQ(views[1].name, "young");
  EXPECT_TRUE(pods_of_job({owned("p", "")}, "").empty());
}

TEST(NewestWarning, IsTheLastOneOfItsKind) {
  const auto event = [](const char *type, const char *reason, const char *time) {
    return Json{{"type", type}, {"reason", reason}, {"message", "m"}, {"lastTimestamp", time}};
  };
  const Json list{
      {"items",
       {event("Warning", "FailedMount", "2026-11-22T10:00:00Z"), event("Warning", "FailedCreate", "2026-11-22T10:09:00Z"),
        event("Warning", "Older", "2026-11-22T09:00:00Z"), event("Normal", "Pulled", "2026-11-22T11:00:00Z")}}};
  ASSERT_TRUE(newest_warning(list));
  EXPECT_EQ(newest_warning(list)->reason, "FailedCreate");
  EXPECT_FALSE(newest_warning(Json{{"items", {event("Normal", "Pulled", "2026-11-22T11:00:00Z")}}}));
  EXPECT_FALSE(newest_warning(Json(3)));
}

TEST(NodeOfClaim, IsWhereALivePodOfOthersMountsIt) {
  const auto pod = [](const char *phase, const char *node, const char *claim, const char *role) {
    return Json{
        {"metadata", {{"labels", {{"migrator.dev/role", role}}}}},
        {"spec",
         {{"nodeName", node},
          {"volumes",
           {{{"name", "c"}, {"emptyDir", Json::object()}}, {{"name", "d"}, {"persistentVolumeClaim", {{"claimName", claim}}}}}}}},
        {"status", {{"phase", phase}}}};
  };
  EXPECT_EQ(node_of_claim({pod("Running", "n1", "other", ""), pod("Succeeded", "n2", "data", ""), pod("Pending", "", "data", ""),
                           pod("Running", "n3", "data", "runner"), pod("Pending", "n4", "data", "")},
                          "data"),
            "n4");
  EXPECT_EQ(node_of_claim({}, "data"), "");
}

TEST(Progress, TheLastLineThatTellsAStepCounts) {
  const auto progress = read_progress("{\"event\": \"step_started\", \"step\": 1, \"of\": 3}\n"
                                      "plain text\n"
                                      "{\"event\": \"step_progress\", \"step\": 2, \"of\": 3, \"percent\": 50}\n"
                                      "{\"event\": \"backup_progress\", \"percent\": 99}\n"
                                      "{\"event\": \"step_prog");
  ASSERT_TRUE(progress);
  EXPECT_EQ(*progress, (api::Progress{2, 3, 50}));
}

TEST(Progress, AStepThatEndedIsWhole) {
  EXPECT_EQ(read_progress("{\"event\":\"step_finished\",\"step\":1,\"of\":2}\n"), (api::Progress{1, 2, 100}));
  EXPECT_EQ(read_progress("{\"event\":\"step_started\",\"step\":1,\"of\":2}\r\n"), (api::Progress{1, 2, std::nullopt}));
}

TEST(Progress, NumbersThatCannotBeAreNotTaken) {
  for (const char *line :
       {"", "{", "[]", "3", "{\"event\":3}", "{\"event\":\"step_started\",\"step\":0,\"of\":2}",
        "{\"event\":\"step_started\",\"step\":3,\"of\":2}", "{\"event\":\"step_started\",\"step\":-1,\"of\":2}",
        "{\"event\":\"step_started\",\"step\":1.5,\"of\":2}", "{\"event\":\"step_started\",\"step\":1}",
        "{\"event\":\"step_started\",\"step\":1,\"of\":99999999999}",
        "{\"event\":\"step_started\",\"step\":18446744073709551615,\"of\":2}"})
    EXPECT_FALSE(read_progress(line)) << line;
  EXPECT_EQ(read_progress("{\"event\":\"step_progress\",\"step\":1,\"of\":2,\"percent\":101}"),
            (api::Progress{1, 2, std::nullopt}));
}

} // namespace
