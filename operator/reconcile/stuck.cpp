// See stuck.h.
#include "operator/reconcile/stuck.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include <fmt/format.h>

#include "migrator/text/ascii.h"

namespace controller::reconcile {

using api::Reason;

namespace {

bool says(const std::string &lower_text, std::string_view part) {
  return lower_text.find(part) != std::string::npos;
}

template <std::size_t Size> bool is_one_of(const std::array<std::string_view, Size> &list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

constexpr std::array<std::string_view, 6> kImageReasons = {"ErrImagePull",      "ImagePullBackOff",  "InvalidImageName",
                                                           "ErrImageNeverPull", "ImageInspectError", "RegistryUnavailable"};
constexpr std::array<std::string_view, 6> kContainerReasons = {"CreateContainerConfigError", "CreateContainerError",
                                                               "RunContainerError",          "StartError",
                                                               "CrashLoopBackOff",           "PreStartHookError"};
constexpr std::array<std::string_view, 3> kVolumeTroubles = {"FailedMount", "FailedAttachVolume", "FailedMapVolume"};

// What a text of the kubelet complains of: a Secret, a ConfigMap, a claim; `otherwise` if it is none of them.
Reason missing(const std::string &lower_text, Reason otherwise) {
  if (says(lower_text, "secret")) return Reason::MissingSecret;
  if (says(lower_text, "configmap")) return Reason::MissingConfigMap;
  if (says(lower_text, "persistentvolumeclaim")) return Reason::MissingVolume;
  return otherwise;
}

std::string_view advice(Reason reason) {
  switch (reason) {
  case Reason::ImagePull:
    return "Check spec.runner.image, spec.source.imageVolume and the pull secrets";
  case Reason::MissingSecret:
    return "Create the Secret, or the key, in this namespace";
  case Reason::MissingConfigMap:
    return "Create the ConfigMap, or the key, in this namespace";
  case Reason::MissingVolume:
    return "Create the PersistentVolumeClaim, or have it bound";
  case Reason::VolumeInUse:
    return "Stop the pod that holds the volume on another node, or wait for it";
  case Reason::Unschedulable:
    return "Make room on a node, or change spec.podTemplate";
  case Reason::PodForbidden:
    return "Mend the quota, or the policy that refuses it, or change spec.podTemplate";
  case Reason::PodUnreachable:
    return "Bring the node back, or take it out of the cluster: until then nobody knows whether the run goes on there";
  case Reason::ContainerCannotRun:
    return "Check spec.runner.image and spec.podTemplate";
  default:
    return "See the Job's events";
  }
}

Stuck stuck(Reason reason, const std::string &what, const std::string &detail, bool never_started) {
  return {reason, fmt::format("{}: {}. {}; it goes on by itself then.", what, detail, advice(reason)), never_started};
}

std::optional<Stuck> by_trouble(const Observed &observed, const std::string &what) {
  const Trouble &trouble = *observed.trouble;
  const std::string text = migrator::text::lower(trouble.message);
  if (trouble.reason == "FailedCreate") return stuck(Reason::PodForbidden, what, trouble.message, true);
  if (trouble.reason == "NodeNotReady") return stuck(Reason::PodUnreachable, what, trouble.message, false);
  if (trouble.reason == "FailedScheduling") return stuck(Reason::Unschedulable, what, trouble.message, true);
  if (is_one_of(kVolumeTroubles, trouble.reason)) {
    const bool in_use =
        says(text, "multi-attach") || says(text, "already attached") || says(text, "already exclusively attached");
    return stuck(in_use ? Reason::VolumeInUse : missing(text, Reason::MissingVolume), what, trouble.message, true);
  }
  return stuck(Reason::ContainerCannotRun, what, fmt::format("{}: {}", trouble.reason, trouble.message), true);
}

std::optional<Stuck> by_pod(const PodView &pod, const Observed &observed, const std::string &what) {
  const bool gone_by = pod.gone_by && *pod.gone_by < observed.now;
  if (pod.phase == "Unknown" || (gone_by && !pod.exit_code))
    return stuck(Reason::PodUnreachable, what, fmt::format("node {} does not answer", pod.node.empty() ? "?" : pod.node), false);
  if (pod.phase != "Pending") return std::nullopt;
  if (!pod.unschedulable_message.empty()) {
    const Reason reason = says(migrator::text::lower(pod.unschedulable_message), "persistentvolumeclaim") ? Reason::MissingVolume
                                                                                                          : Reason::Unschedulable;
    return stuck(reason, what, pod.unschedulable_message, true);
  }
  const std::string detail = pod.waiting_message.empty() ? pod.waiting_reason : pod.waiting_message;
  if (is_one_of(kImageReasons, pod.waiting_reason)) return stuck(Reason::ImagePull, what, detail, true);
  if (is_one_of(kContainerReasons, pod.waiting_reason))
    return stuck(missing(migrator::text::lower(pod.waiting_message), Reason::ContainerCannotRun), what, detail, true);
  return std::nullopt;
}

// Reasons whose words come and go (ErrImagePull and its back-off, the scheduler's counts of nodes).
bool words_change(Reason reason) {
  return reason == Reason::ImagePull || reason == Reason::Unschedulable;
}

} // namespace

std::optional<Stuck> why_stuck(const Observed &observed, const api::Condition *shown) {
  std::optional<Stuck> found;
  const std::string job = observed.job                    ? observed.job->name
                          : observed.migration.status.run ? observed.migration.status.run->job
                                                          : "";
  if (observed.pods.empty()) {
    if (observed.trouble) found = by_trouble(observed, fmt::format("Job {}", job));
  } else {
    const PodView &pod = observed.pods.back();
    const std::string what = fmt::format("pod {}", pod.name);
    found = by_pod(pod, observed, what);
    const bool waits = pod.phase == "Pending";
    if (!found && observed.trouble && (waits || observed.trouble->reason == "NodeNotReady")) found = by_trouble(observed, what);
  }
  if (found && shown != nullptr && words_change(found->reason) && shown->reason == api::name(found->reason))
    found->message = shown->message;
  return found;
}

} // namespace controller::reconcile
