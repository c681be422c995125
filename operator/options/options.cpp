// See options.h.
#include "operator/options/options.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

namespace controller {

namespace {

constexpr const char *kDescription =
    "Moves databases to the revisions that Migration resources declare: one Job of the migrator a run, watched to its end.";

constexpr const char *kExamples = R"(
Examples:
  migration-operator --stock-image registry.example/migrator:0.1.0
      in a pod: every namespace, as the pod's ServiceAccount
  migration-operator --namespaces shop,billing --gating
      two namespaces, and the scheduling gates of their pods
  migration-operator --kubeconfig ~/.kube/config --context dev --leader-elect=false
      from a laptop, on the context dev

/metrics, /healthz and /readyz are served on --listen. SIGTERM finishes what is being written, gives the lease back and ends with 0.
)";

struct Fault {
  std::string text;
};

// A DNS label, as names of namespaces are.
bool is_label(const std::string &text) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), fits);
}

std::optional<Fault> check_listen(const std::string &listen) {
  const std::string advice = "--listen " + listen + ": write HOST:PORT, such as 0.0.0.0:8080, [::]:8080 or 127.0.0.1:9090";
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == listen.size()) return Fault{advice};
  const std::string host = listen.substr(0, colon);
  const std::string port = listen.substr(colon + 1);
  if (host.find(':') != std::string::npos && (host.front() != '[' || host.back() != ']')) return Fault{advice};
  const bool digits = std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || port.size() > 5 || std::stoi(port) > 65'535) return Fault{advice};
  return std::nullopt;
}

std::optional<Fault> check(const Options &options) {
  for (const std::string &name : options.namespaces)
    if (!is_label(name))
      return Fault{"--namespaces: \"" + name + "\" is no name of a namespace; write names with commas between: shop,billing"};
  for (const auto &[flag, value] :
       {std::pair{"--workers", options.workers}, std::pair{"--max-concurrent-runs", options.max_concurrent_runs},
        std::pair{"--max-concurrent-runs-per-namespace", options.max_concurrent_runs_per_namespace},
        std::pair{"--kube-api-burst", options.burst}}) {
    if (value < 1 || value > 1'000)
      return Fault{std::string(flag) + " " + std::to_string(value) + ": write a number from 1 to 1000"};
  }
  if (!(options.qps > 0) || options.qps > 10'000) return Fault{"--kube-api-qps: write a number above 0, at most 10000"};
  if (options.lease_name.empty()) return Fault{"--lease-name must not be empty"};
  if (!options.lease_namespace.empty() && !is_label(options.lease_namespace))
    return Fault{"--lease-namespace: \"" + options.lease_namespace + "\" is no name of a namespace"};
  return check_listen(options.listen);
}

Answer wrong(const std::string &text) {
  return {"error: " + text + "\nSee migration-operator --help.\n", 2};
}

void add_flags(CLI::App &app, Options &options) {
  app.add_option("--namespaces", options.namespaces, "Watch these namespaces alone (a,b); the default is all")->delimiter(',');
  app.add_option("--stock-image", options.stock_image, "The migrator's image for Migrations without spec.runner.image");
  app.add_option("--workers", options.workers, "Migrations looked at at the same time")->capture_default_str();
  app.add_option("--max-concurrent-runs", options.max_concurrent_runs, "Jobs at the same time, over all")->capture_default_str();
  app.add_option("--max-concurrent-runs-per-namespace", options.max_concurrent_runs_per_namespace,
                 "Jobs at the same time in a namespace")
      ->capture_default_str();
  app.add_flag("--progress,!--no-progress", options.progress,
               "Show in status how far a run is (needs the right to read pods' logs)");
  app.add_flag("--gating,!--no-gating", options.gating,
               "Lift the scheduling gate migrator.dev/wait (needs the right to patch pods)");
  app.add_flag("--leader-elect", options.leader_election,
               "Wait for the Lease before anything is changed; --leader-elect=false for one process alone")
      ->default_str("true");
  app.add_option("--lease-name", options.lease_name, "The Lease's name")->capture_default_str();
  app.add_option("--lease-namespace", options.lease_namespace, "The Lease's namespace; the default is the pod's own");
  app.add_option("--kubeconfig", options.kubeconfig,
                 "The default is KUBECONFIG, in a pod its ServiceAccount, then ~/.kube/config");
  app.add_option("--context", options.context, "A context of the kubeconfig; the default is its current one");
  app.add_option("--listen", options.listen, "HOST:PORT of /metrics, /healthz and /readyz")->capture_default_str();
  app.add_option("--kube-api-qps", options.qps, "Requests a second to the API server, over time")->capture_default_str();
  app.add_option("--kube-api-burst", options.burst, "Requests at once")->capture_default_str();
  app.add_option("--log-level", options.log_level, "debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
  app.add_option("--log-format", options.log_format, "json or text")
      ->check(CLI::IsMember({"json", "text"}))
      ->capture_default_str();
}

} // namespace

tl::expected<Options, Answer> read_options(const std::vector<std::string> &arguments) {
  Options options;
  CLI::App app(kDescription, "migration-operator");
  app.set_version_flag("--version", "migration-operator " MIGRATOR_VERSION, "Print the version");
  app.set_help_flag("--help,-h", "Print this");
  app.footer(kExamples);
  add_flags(app, options);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend())); // CLI11 takes them from the back
  } catch (const CLI::CallForVersion &) {
    return tl::unexpected(Answer{"migration-operator " MIGRATOR_VERSION "\n", 0});
  } catch (const CLI::CallForHelp &) {
    return tl::unexpected(Answer{app.help(), 0});
  } catch (const CLI::ParseError &error) {
    return tl::unexpected(wrong(error.what()));
  }
  if (const std::optional<Fault> fault = check(options)) return tl::unexpected(wrong(fault->text));
  std::sort(options.namespaces.begin(), options.namespaces.end());
  options.namespaces.erase(std::unique(options.namespaces.begin(), options.namespaces.end()), options.namespaces.end());
  return options;
}

} // namespace controller
