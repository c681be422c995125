// The Job itself, put together of what the neighbouring files make. See job.h.
#include "operator/job/container.h"
#include "operator/job/job.h"
#include "operator/job/places.h"
#include "operator/job/pod_template.h"
#include "operator/job/volumes.h"

namespace controller::job {

namespace {

using api::Json;

// The exit codes after which the same Job would end in the same way (README, "Exit codes"), in order. What is worth a retry is another
// Job: attempts are the operator's.
constexpr int kPermanentCodes[] = {2, 13, 20, 21, 22, 23, 24, 25, 26, 70};

constexpr int kGraceSeconds = 300;      // time for a step to end cleanly after SIGTERM
constexpr int kSecondsKept = 24 * 3600; // a finished Job and its log
constexpr int kSecondsPlanKept =
    30 * 24 * 3600; // a plan's, whose log holds what somebody has to approve; removed when it is decided

Json labels(const api::Migration &migration) {
  return {{"app.kubernetes.io/name", "migrator"},
          {"app.kubernetes.io/instance", migration.name},
          {"app.kubernetes.io/component", "runner"},
          {"app.kubernetes.io/part-of", "migration-operator"},
          {"app.kubernetes.io/managed-by", "migration-operator"},
          {api::kRole, "runner"},
          {api::kMigrationLabel, migration.name}};
}

// Nothing may come between a run and its end: no sidecar that keeps the pod alive, no node that is emptied for thrift.
Json pod_metadata(const api::Migration &migration) {
  return {{"labels", labels(migration)},
          {"annotations",
           {{"sidecar.istio.io/inject", "false"},
            {"cluster-autoscaler.kubernetes.io/safe-to-evict", "false"},
            {"karpenter.sh/do-not-disrupt", "true"},
            {"kubectl.kubernetes.io/default-container", kContainer}}}};
}

Json container(const api::Migration &migration, const api::Run &run, const reconcile::Settings &settings, Json mounts) {
  const api::Runner &runner = migration.spec.runner;
  Json out = {
      {"name", kContainer},
      {"image", runner.image.empty() ? settings.stock_image : runner.image},
      {"command", {"migrator"}},
      {"args", arguments(migration, run)},
      {"env", environment(migration, run)},
      {"volumeMounts", std::move(mounts)},
      {"resources", {{"requests", {{"cpu", "100m"}, {"memory", "64Mi"}}}, {"limits", {{"cpu", "2"}, {"memory", "512Mi"}}}}},
      {"terminationMessagePath", kReport},
      {"terminationMessagePolicy", "File"},
      {"securityContext",
       {{"allowPrivilegeEscalation", false}, {"readOnlyRootFilesystem", true}, {"capabilities", {{"drop", {"ALL"}}}}}}};
  if (!runner.image_pull_policy.empty()) out["imagePullPolicy"] = runner.image_pull_policy;
  return out;
}

Json pod_spec(const api::Migration &migration, const api::Run &run, const reconcile::Settings &settings) {
  Mounts mounts = mounts_for(migration, run);
  Json spec = {{"restartPolicy", "Never"},
               {"automountServiceAccountToken", false},
               {"enableServiceLinks", false}, // a Service named migrator would set MIGRATOR_ variables
               {"terminationGracePeriodSeconds", kGraceSeconds},
               {"securityContext",
                {{"runAsNonRoot", true},
                 {"runAsUser", kUser},
                 {"runAsGroup", kUser},
                 {"fsGroup", kUser},
                 {"fsGroupChangePolicy", "OnRootMismatch"},
                 {"seccompProfile", {{"type", "RuntimeDefault"}}}}},
               {"volumes", std::move(mounts.volumes)},
               {"containers", Json::array({container(migration, run, settings, std::move(mounts.mounts))})}};
  for (const std::string &secret : migration.spec.runner.image_pull_secrets)
    spec["imagePullSecrets"].push_back({{"name", secret}});
  return spec;
}

// The terms of an affinity are alternatives, so each of them must want the node.
void pin_to_node(Json &spec, const std::string &node) {
  const Json field = {{"key", "metadata.name"}, {"operator", "In"}, {"values", {node}}};
  Json &terms = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"];
  if (!terms.is_array() || terms.empty()) terms = Json::array({Json::object()});
  for (Json &term : terms) term["matchFields"].push_back(field);
}

bool can_be_pinned(const Json &pod_template) {
  const Json::json_pointer path("/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms");
  Json::json_pointer parent = path;
  while (!(parent = parent.parent_pointer()).empty())
    if (pod_template.contains(parent) && !pod_template.at(parent).is_object()) return false;
  if (!pod_template.contains(path)) return true;
  for (const Json &term : pod_template.at(path))
    if (!term.is_object() || (term.contains("matchFields") && !term.at("matchFields").is_array())) return false;
  return true;
}

Json failure_policy() {
  return {
      {"rules", Json::array({{{"action", "FailJob"},
                              {"onExitCodes", {{"containerName", kContainer}, {"operator", "In"}, {"values", kPermanentCodes}}}},
                             {{"action", "Ignore"},
                              {"onPodConditions", Json::array({{{"type", "DisruptionTarget"}, {"status", "True"}}})}}})}};
}

} // namespace

tl::expected<void, api::Malformed> check_pod_template(const Json &pod_template) {
  if (auto fault = fault_of(pod_template)) return tl::unexpected<api::Malformed>(std::move(*fault));
  if (!can_be_pinned(pod_template))
    return tl::unexpected<api::Malformed>(
        api::Malformed{"spec.podTemplate.spec.affinity", "This is not an affinity. Write it as in a pod's spec."});
  return {};
}

tl::expected<Json, api::Malformed> make_job(const api::Migration &migration, const api::Run &run,
                                            const reconcile::Settings &settings, const std::string &sqlite_node) {
  if (auto checked = check_pod_template(migration.spec.pod_template); !checked)
    return tl::unexpected<api::Malformed>(checked.error());
  Json pod = {{"metadata", pod_metadata(migration)}, {"spec", pod_spec(migration, run, settings)}};
  merge_pod_template(pod, migration.spec.pod_template);
  if (!sqlite_node.empty()) pin_to_node(pod["spec"], sqlite_node);
  return Json{{"apiVersion", "batch/v1"},
              {"kind", "Job"},
              {"metadata",
               {{"name", job_name(migration.name, migration.uid, run)},
                {"namespace", migration.name_space},
                {"labels", labels(migration)},
                {"ownerReferences", Json::array({{{"apiVersion", "migrator.dev/v1alpha1"},
                                                  {"kind", "Migration"},
                                                  {"name", migration.name},
                                                  {"uid", migration.uid},
                                                  {"controller", true},
                                                  // To set it takes a right on finalizers where that is enforced (OpenShift).
                                                  {"blockOwnerDeletion", false}}})}}},
              {"spec",
               {{"backoffLimit", 0},
                {"completions", 1},
                {"parallelism", 1},
                {"podReplacementPolicy", "Failed"},
                {"podFailurePolicy", failure_policy()},
                {"ttlSecondsAfterFinished", run.kind == api::RunKind::Plan ? kSecondsPlanKept : kSecondsKept},
                {"template", std::move(pod)}}}};
}

} // namespace controller::job
