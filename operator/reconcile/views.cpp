// See views.h.
#include "operator/reconcile/views.h"

#include <algorithm>
#include <array>
#include <utility>

#include "operator/api/migration_json.h"
#include "operator/watch/metadata.h"

namespace controller::reconcile {

namespace {

using kube::Json;

const Json kNothing;

// The value below a path of keys; null where anything is missing.
template <typename... Keys> const Json &at(const Json &object, const char *key, Keys... keys) {
  if (!object.is_object()) return kNothing;
  const auto found = object.find(key);
  if (found == object.end()) return kNothing;
  if constexpr (sizeof...(keys) == 0) {
    return *found;
  } else {
    return at(*found, keys...);
  }
}

std::string text(const Json &value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}
bool truth(const Json &value) {
  return value.is_boolean() && value.get<bool>();
}

std::optional<api::Time> time(const Json &value) {
  return value.is_string() ? api::read_time(value.get<std::string>()) : std::nullopt;
}

const Json &condition(const Json &object, const char *type) {
  for (const Json &one : at(object, "status", "conditions"))
    if (text(at(one, "type")) == type) return one;
  return kNothing;
}

bool is_true(const Json &object, const char *type) {
  return text(at(condition(object, type), "status")) == "True";
}

constexpr const char *kContainer = "migrator";

void read_waiting(const Json &statuses, PodView &view) {
  for (const Json &container : statuses) {
    const Json &waiting = at(container, "state", "waiting");
    // Every container waits so until it is made: that says nothing.
    const std::string reason = text(at(waiting, "reason"));
    if (!view.waiting_reason.empty() || reason.empty() || reason == "ContainerCreating" || reason == "PodInitializing") continue;
    view.waiting_reason = reason;
    view.waiting_message = text(at(waiting, "message"));
  }
}

void read_migrator(const Json &statuses, PodView &view) {
  for (const Json &container : statuses) {
    if (text(at(container, "name")) != kContainer) continue;
    view.image_id = text(at(container, "imageID"));
    const Json &ended = at(container, "state", "terminated");
    if (!at(ended, "exitCode").is_number_integer()) continue;
    view.exit_code = at(ended, "exitCode").get<int>();
    view.ended_reason = text(at(ended, "reason"));
    view.termination_message = text(at(ended, "message"));
  }
}

} // namespace

std::string controller_uid(const Json &object) {
  for (const Json &owner : at(object, "metadata", "ownerReferences"))
    if (truth(at(owner, "controller"))) return text(at(owner, "uid"));
  return {};
}

JobView job_view(const Json &job, const std::string &migration_uid) {
  JobView view;
  view.name = watch::name_of(job).name;
  view.uid = watch::metadata_text(job, "uid");
  view.ours = !migration_uid.empty() && controller_uid(job) == migration_uid;
  view.deleting = !watch::metadata_text(job, "deletionTimestamp").empty();
  view.created = time(at(job, "metadata", "creationTimestamp"));
  // FailureTarget and SuccessCriteriaMet come before the pods have ended, and are no end.
  for (const auto &[type, end] : {std::pair{"Complete", JobEnd::Complete}, std::pair{"Failed", JobEnd::Failed}}) {
    if (!is_true(job, type)) continue;
    const Json &ended = condition(job, type);
    view.end = end;
    view.reason = text(at(ended, "reason"));
    view.message = text(at(ended, "message"));
    view.ended = time(at(ended, "lastTransitionTime"));
    break;
  }
  return view;
}

PodView pod_view(const Json &pod) {
  PodView view;
  view.name = watch::name_of(pod).name;
  view.uid = watch::metadata_text(pod, "uid");
  view.node = text(at(pod, "spec", "nodeName"));
  view.phase = text(at(pod, "status", "phase"));
  view.deleting = !watch::metadata_text(pod, "deletionTimestamp").empty();
  view.gone_by = time(at(pod, "metadata", "deletionTimestamp"));
  view.disrupted = is_true(pod, "DisruptionTarget");
  view.created = time(at(pod, "metadata", "creationTimestamp"));
  const Json &scheduled = condition(pod, "PodScheduled");
  if (text(at(scheduled, "status")) == "False" && text(at(scheduled, "reason")) == "Unschedulable")
    view.unschedulable_message = text(at(scheduled, "message"));
  for (const Json &container : at(pod, "spec", "containers"))
    if (text(at(container, "name")) == kContainer) view.image = text(at(container, "image"));
  read_waiting(at(pod, "status", "initContainerStatuses"), view);
  read_waiting(at(pod, "status", "containerStatuses"), view);
  read_migrator(at(pod, "status", "containerStatuses"), view);
  return view;
}

std::vector<PodView> pods_of_job(const std::vector<Json> &pods, const std::string &job_uid) {
  std::vector<PodView> views;
  for (const Json &pod : pods)
    if (!job_uid.empty() && controller_uid(pod) == job_uid) views.push_back(pod_view(pod));
  std::sort(views.begin(), views.end(),
            [](const PodView &a, const PodView &b) { return std::tie(a.created, a.name) < std::tie(b.created, b.name); });
  return views;
}

std::optional<Trouble> newest_warning(const Json &event_list) {
  const Json *newest = nullptr;
  std::string newest_time;
  for (const Json &event : at(event_list, "items")) {
    if (text(at(event, "type")) != "Warning") continue;
    // RFC 3339 in UTC: the later is the greater text, up to fractions.
    std::string last;
    for (const char *key : {"lastTimestamp", "eventTime", "firstTimestamp"})
      if (last.empty()) last = text(at(event, key));
    if (newest != nullptr && last < newest_time) continue;
    newest = &event;
    newest_time = std::move(last);
  }
  if (newest == nullptr) return std::nullopt;
  return Trouble{text(at(*newest, "reason")), text(at(*newest, "message"))};
}

std::string node_of_claim(const std::vector<Json> &pods, const std::string &claim) {
  for (const Json &pod : pods) {
    const std::string phase = text(at(pod, "status", "phase"));
    const std::string node = text(at(pod, "spec", "nodeName"));
    const bool runner = text(at(pod, "metadata", "labels", std::string(api::kRole).c_str())) == "runner";
    if (runner || node.empty() || phase == "Succeeded" || phase == "Failed") continue;
    for (const Json &volume : at(pod, "spec", "volumes"))
      if (text(at(volume, "persistentVolumeClaim", "claimName")) == claim) return node;
  }
  return {};
}

} // namespace controller::reconcile
