// From a chosen kubeconfig entry, or a pod's surroundings, to all that a connection needs: files are read, certificates looked at.
#pragma once

#include <memory>
#include <string>

#include "operator/kube/credentials.h"
#include "operator/kube/kubeconfig_choice.h"
#include "operator/kube/server_url.h"
#include "operator/kube/tls.h"

namespace controller::kube {

struct Access {
  ServerUrl server;
  ServerTrust trust;
  std::unique_ptr<Credentials> credentials;
  std::string name_space; // never empty
};

inline constexpr const char *kServiceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

// Invalid, with the file and the field: what cannot be read, is no certificate, or is a key of another.
Result<Access> access_of(const Choice &choice);

// In a pod: `host` and `port` are KUBERNETES_SERVICE_HOST and _PORT, `folder` holds token, ca.crt and namespace.
Result<Access> access_in_pod(const std::string &host, const std::string &port, const std::string &folder = kServiceAccountFolder);

} // namespace controller::kube
