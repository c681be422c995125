// From several kubeconfigs to the one cluster and user that count. Pure.
#pragma once

#include <string>

#include "operator/kube/kubeconfig.h"

namespace controller::kube {

struct Choice {
  ClusterEntry cluster;
  UserEntry user; // of no use to the server if the context names none
  std::string name_space;
};

// As kubectl merges the files of KUBECONFIG: whoever says something first is right; of entries of one name the first stays whole.
void merge(Kubeconfig &earlier, Kubeconfig later);

// Invalid, with what to write instead: no such context, a context that leads nowhere, fields that contradict each other (as kubectl refuses them),
// and what this client does not support: proxy-url, basic authentication, auth-provider, impersonation.
Result<Choice> choose(const Kubeconfig &config, const std::string &context);

} // namespace controller::kube
