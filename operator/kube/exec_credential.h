// What an exec plugin is told and what it answers: ExecCredential of client.authentication.k8s.io/v1 and v1beta1. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "operator/kube/credentials.h"
#include "operator/kube/kubeconfig.h"

namespace controller::kube {

// The value of KUBERNETES_EXEC_INFO. `authority`: PEM, already read if it came from a file.
std::string exec_info(const ExecEntry &exec, const ClusterEntry &cluster, const std::string &authority);

struct ExecAnswer {
  Credential credential;
  std::optional<std::chrono::system_clock::time_point> expires; // none: it holds until the server refuses it
};

// What it printed. Unauthorized, without a word of it (it may be a secret): no ExecCredential, of another version than asked for, or without a token
// and a certificate with its key.
Result<ExecAnswer> parse_exec_answer(std::string_view printed, const ExecEntry &exec, const std::string &place);

} // namespace controller::kube
