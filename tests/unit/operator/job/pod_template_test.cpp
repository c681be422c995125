#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "operator/job/job.h"

namespace controller::job {
namespace {

using api::Json;

struct Refused {
  const char *name;
  const char *pod_template;
  const char *field; // below spec.podTemplate
  const char *message;
};

class RefusedTemplate : public testing::TestWithParam<Refused> {};

TEST_P(RefusedTemplate, SaysWhichFieldAndWhatToDo) {
  const auto checked = check_pod_template(Json::parse(GetParam().pod_template));
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().field, std::string("spec.podTemplate") + GetParam().field);
  EXPECT_EQ(checked.error().message, GetParam().message);
}

constexpr const char *kHost = "The runner never shares the node's files or namespaces. Leave it out.";
constexpr const char *kRights =
    "The runner's container always runs with the restricted Pod Security Standard's settings. Leave it out.";
constexpr const char *kToken = "The runner never gets a token of the Kubernetes API. Leave it out.";
constexpr const char *kVariable = "This variable is the operator's: what it says is set by a field of spec.";
constexpr const char *kPlace =
    "This must be an absolute path outside /migrations, /backups, /data, /tmp, /etc/migrator, /dev, /proc and /sys, which "
    "are the operator's.";
constexpr const char *kRoot = "The runner never runs as root, nor in its group. Write an id from 1, or leave it out for 10001.";
constexpr const char *kOurs = "This is the operator's. Leave it out.";

const Refused kRefused[] = {
    {"HostPath", R"({"spec": {"volumes": [{"name": "v", "hostPath": {"path": "/"}}]}})", ".spec.volumes[0].hostPath", kHost},
    {"HostNetwork", R"({"spec": {"hostNetwork": true}})", ".spec.hostNetwork", kHost},
    {"HostPid", R"({"spec": {"hostPID": true}})", ".spec.hostPID", kHost},
    {"HostIpc", R"({"spec": {"hostIPC": true}})", ".spec.hostIPC", kHost},
    {"Privileged", R"({"spec": {"containers": [{"name": "migrator", "securityContext": {"privileged": true}}]}})",
     ".spec.containers[0].securityContext", kRights},
    {"Seccomp", R"({"spec": {"securityContext": {"seccompProfile": {"type": "Unconfined"}}}})",
     ".spec.securityContext.seccompProfile", kRights},
    {"RunAsNonRoot", R"({"spec": {"securityContext": {"runAsNonRoot": false}}})", ".spec.securityContext.runAsNonRoot", kRights},
    {"Root", R"({"spec": {"securityContext": {"runAsUser": 0}}})", ".spec.securityContext.runAsUser", kRoot},
    {"RootGroup", R"({"spec": {"securityContext": {"supplementalGroups": [7, 0]}}})", ".spec.securityContext.supplementalGroups",
     kRoot},
    {"Token", R"({"spec": {"automountServiceAccountToken": true}})", ".spec.automountServiceAccountToken", kToken},
    {"ProjectedToken", R"({"spec": {"volumes": [{"name": "v", "projected": {"sources": [{"serviceAccountToken": {}}]}}]}})",
     ".spec.volumes[0].projected", kToken},
    {"HostPort", R"({"spec": {"containers": [{"name": "migrator", "ports": [{"hostPort": 1}]}]}})", ".spec.containers[0].ports",
     "A pod template cannot set this. It may have: env, envFrom, name, resources, volumeMounts."},
    {"AnotherContainer", R"({"spec": {"containers": [{"name": "sidecar"}]}})", ".spec.containers[0].name",
     "Only the container migrator can be changed. Write name: migrator."},
    {"Image", R"({"spec": {"containers": [{"name": "migrator", "image": "x"}]}})", ".spec.containers[0].image",
     "A pod template cannot set this. It may have: env, envFrom, name, resources, volumeMounts."},
    {"InitContainers", R"({"spec": {"initContainers": []}})", ".spec.initContainers",
     "A pod template cannot set this. It may have: affinity, containers, dnsConfig, dnsPolicy, hostAliases, nodeSelector, "
     "priorityClassName, "
     "runtimeClassName, schedulerName, securityContext, serviceAccountName, tolerations, volumes."},
    {"OurVariable", R"({"spec": {"containers": [{"name": "migrator", "env": [{"name": "A"}, {"name": "DATABASE_URL"}]}]}})",
     ".spec.containers[0].env[1].name", kVariable},
    {"OurPrefix", R"({"spec": {"containers": [{"name": "migrator", "env": [{"name": "MIGRATOR_OWNER"}]}]}})",
     ".spec.containers[0].env[0].name", kVariable},
    {"OurFolder", R"({"spec": {"containers": [{"name": "migrator", "volumeMounts": [{"name": "v", "mountPath": "/backups"}]}]}})",
     ".spec.containers[0].volumeMounts[0].mountPath", kPlace},
    {"AboveOurFolder", R"({"spec": {"containers": [{"name": "migrator", "volumeMounts": [{"name": "v", "mountPath": "/"}]}]}})",
     ".spec.containers[0].volumeMounts[0].mountPath", kPlace},
    {"AroundToOurFolder",
     R"({"spec": {"containers": [{"name": "migrator", "volumeMounts": [{"name": "v", "mountPath": "/x/../tmp"}]}]}})",
     ".spec.containers[0].volumeMounts[0].mountPath", kPlace},
    {"OurVolume", R"({"spec": {"volumes": [{"name": "migrator-tmp", "emptyDir": {}}]}})", ".spec.volumes[0].name",
     "Names of volumes that begin with migrator- are the operator's. Choose another."},
    {"TwoSources", R"({"spec": {"volumes": [{"name": "v", "emptyDir": {}, "image": {"reference": "i"}}]}})", ".spec.volumes[0]",
     "A volume needs exactly one of configMap, secret, emptyDir, persistentVolumeClaim, csi and image."},
    {"OurLabel", R"({"metadata": {"labels": {"migrator.dev/role": "x"}}})", ".metadata.labels.migrator.dev/role", kOurs},
    {"WrongKind", R"({"spec": {"tolerations": {}}})", ".spec.tolerations", "This must be a list."},
    {"WrongAffinity", R"({"spec": {"affinity": {"nodeAffinity": []}}})", ".spec.affinity",
     "This is not an affinity. Write it as in a pod's spec."},
};

INSTANTIATE_TEST_SUITE_P(Templates, RefusedTemplate, testing::ValuesIn(kRefused),
                         [](const auto &refused) { return refused.param.name; });

// What the restricted Pod Security Standard asks of a pod, and what the design asks besides.
void require_restricted(const Json &pod) {
  const Json &spec = pod["spec"];
  for (const char *host : {"hostNetwork", "hostPID", "hostIPC"}) RC_ASSERT(!spec.contains(host));
  RC_ASSERT(spec["automountServiceAccountToken"] == false);
  RC_ASSERT(spec["securityContext"]["runAsNonRoot"] == true);
  RC_ASSERT(spec["securityContext"]["runAsUser"].get<std::int64_t>() > 0);
  RC_ASSERT(spec["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault");
  RC_ASSERT(spec["containers"].size() == 1U);
  RC_ASSERT(!spec.contains("initContainers"));
  const Json &container = spec["containers"][0];
  RC_ASSERT(
      container["securityContext"] ==
      Json::parse(R"({"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}})"));
  for (const Json &volume : spec["volumes"]) {
    RC_ASSERT(!volume.contains("hostPath"));
    if (volume.contains("projected"))
      for (const Json &source : volume["projected"]["sources"]) RC_ASSERT(!source.contains("serviceAccountToken"));
  }
  int urls = 0;
  for (const Json &variable : container["env"]) urls += variable["name"] == "DATABASE_URL" ? 1 : 0;
  RC_ASSERT(urls == 1);
}

// Any JSON made of words that pod templates know, good and bad.
rc::Gen<Json> any_json(int depth) {
  return rc::gen::exec([depth]() -> Json {
    const int kind = *rc::gen::inRange(0, depth > 0 ? 8 : 5);
    if (kind == 0) return *rc::gen::inRange(-1, 3);
    if (kind == 1) return *rc::gen::arbitrary<bool>();
    if (kind <= 4) return *rc::gen::element<std::string>("migrator", "v", "/tmp", "/x", "DATABASE_URL", "Unconfined", "ALL", "");
    if (kind == 5) return *rc::gen::container<std::vector<Json>>(any_json(depth - 1));
    Json object = Json::object();
    for (int fields = *rc::gen::inRange(0, 4); fields > 0; --fields)
      object[*rc::gen::element<std::string>(
          "metadata", "spec", "labels", "containers", "name", "env", "value", "volumes", "volumeMounts", "mountPath",
          "securityContext", "runAsUser", "runAsNonRoot", "hostPath", "hostNetwork", "privileged", "emptyDir", "resources",
          "limits", "affinity", "nodeAffinity", "tolerations", "automountServiceAccountToken")] = *any_json(depth - 1);
    return object;
  });
}

// A template with a good frame around anything.
rc::Gen<Json> any_template() {
  return rc::gen::exec([]() -> Json {
    Json container = {{"name", "migrator"}};
    Json spec = Json::object();
    for (const char *field : {"env", "volumeMounts", "resources", "securityContext", "envFrom"})
      if (*rc::gen::inRange(0, 8) == 0) container[field] = *any_json(3);
    for (const char *field :
         {"volumes", "securityContext", "tolerations", "affinity", "nodeSelector", "hostNetwork", "automountServiceAccountToken"})
      if (*rc::gen::inRange(0, 8) == 0) spec[field] = *any_json(3);
    if (*rc::gen::arbitrary<bool>())
      spec["securityContext"] = {{"runAsUser", *rc::gen::inRange(-1, 20'000)}, {"fsGroup", *rc::gen::inRange(-1, 20'000)}};
    if (*rc::gen::arbitrary<bool>()) spec["containers"] = Json::array({container});
    return {{"spec", spec}};
  });
}

RC_GTEST_PROP(PodTemplate, WhateverPassesTheResultStaysRestricted, ()) {
  api::Migration migration;
  migration.name = "shop";
  migration.spec.database.url_from = api::KeyRef{"shop-db", "uri"};
  migration.spec.pod_template = *any_template();
  api::Run run;
  run.target = "head";
  const auto job = make_job(migration, run, {}, *rc::gen::element<std::string>("", "node"));
  RC_ASSERT(job.has_value() == check_pod_template(migration.spec.pod_template).has_value());
  RC_CLASSIFY(job.has_value());
  if (job) require_restricted((*job)["spec"]["template"]);
}

RC_GTEST_PROP(PodTemplate, AnythingIsRefusedOrTaken, ()) {
  const Json anything = *any_json(5);
  RC_CLASSIFY(check_pod_template(anything).has_value());
}

} // namespace
} // namespace controller::job
