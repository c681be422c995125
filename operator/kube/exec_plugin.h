// Credentials from a program, run as kubectl runs it: when there are none yet, when they have expired, and after a refusal.
#pragma once

#include <memory>
#include <string>

#include "operator/kube/credentials.h"
#include "operator/kube/kubeconfig.h"

namespace controller::kube {

// `authority`: the cluster's, PEM. Its stdin is empty, its environment ours with what the kubeconfig adds and KUBERNETES_EXEC_INFO; it has a minute
// and prints at most 1 MiB. Whoever asks meanwhile waits. Starting it must be left to a thread that outlives it (migrator/process/child.h).
std::unique_ptr<Credentials> exec_credentials(ClusterEntry cluster, UserEntry user, std::string authority);

} // namespace controller::kube
