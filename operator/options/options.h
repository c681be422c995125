// What the operator is told on its command line, checked. Values and one pure function.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace controller {

struct Options {
  std::vector<std::string> namespaces;           // --namespaces a,b; empty: all
  std::string stock_image;                       // --stock-image: the migrator for Migrations without runner.image
  int workers = 4;                               // --workers
  int max_concurrent_runs = 20;                  // --max-concurrent-runs
  int max_concurrent_runs_per_namespace = 20;    // --max-concurrent-runs-per-namespace
  bool progress = false;                         // --progress: read pods' logs while a run goes on
  bool gating = false;                           // --gating: watch and lift scheduling gates
  bool leader_election = true;                   // --leader-elect=false: for a single replica outside a cluster
  std::string lease_name = "migration-operator"; // --lease-name
  std::string lease_namespace;                   // --lease-namespace; empty: the pod's own
  std::string kubeconfig;              // --kubeconfig; empty: KUBECONFIG, ~/.kube/config, or in a pod its ServiceAccount
  std::string context;                 // --context
  std::string listen = "0.0.0.0:8080"; // --listen: /metrics, /healthz, /readyz
  double qps = 20;                     // --kube-api-qps
  int burst = 30;                      // --kube-api-burst
  std::string log_level = "info";      // --log-level
  std::string log_format = "json";     // --log-format json|text
};

// What to print instead of running, and the exit code: 0 for --help and --version, 2 for a flag that is wrong.
struct Answer {
  std::string text;
  int exit_code = 0;
};

// The process's arguments without its name.
tl::expected<Options, Answer> read_options(const std::vector<std::string> &arguments);

} // namespace controller
