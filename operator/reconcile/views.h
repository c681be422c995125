// Jobs, pods and events as the API server sends them, read into what a decision rests on. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operator/kube/client.h"
#include "operator/reconcile/observed.h"

namespace controller::reconcile {

// The uid of the owner that controls the object; empty: none does.
std::string controller_uid(const kube::Json &object);

JobView job_view(const kube::Json &job, const std::string &migration_uid);
PodView pod_view(const kube::Json &pod);

// Those that the Job controls, oldest first: pods are found by label, and only their owner says whose they are.
std::vector<PodView> pods_of_job(const std::vector<kube::Json> &pods, const std::string &job_uid);

// The newest warning among events; nullopt: there is none.
std::optional<Trouble> newest_warning(const kube::Json &event_list);

// The node of a pod that mounts the claim, is scheduled and has not ended, other than runners; empty: there is none.
std::string node_of_claim(const std::vector<kube::Json> &pods, const std::string &claim);

} // namespace controller::reconcile
