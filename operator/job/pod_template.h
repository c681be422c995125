// spec.podTemplate: what users may change of the runner's pod, and how it is merged: by name where things have names, maps key by key,
// otherwise the template's value is taken. It never weakens the pod. Pure.
#pragma once

#include <optional>

#include "operator/api/migration_json.h"

namespace controller::job {

// What check_pod_template finds; nullopt: nothing. `pod_template` is {metadata, spec}, as written.
std::optional<api::Malformed> fault_of(const api::Json &pod_template);

// `pod` is the operator's pod template, {metadata, spec} with the one container; `pod_template` has no fault.
void merge_pod_template(api::Json &pod, const api::Json &pod_template);

} // namespace controller::job
