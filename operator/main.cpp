// The operator: flags, a client, the control loop, the election, the listener, and the signals that end it. Wires real things to each other and decides
// nothing else.
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <stop_token>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include "migrator/report/log.h"
#include "operator/control/control_loop.h"
#include "operator/kube/load.h"
#include "operator/leader/elector.h"
#include "operator/options/options.h"
#include "operator/telemetry/http_listener.h"
#include "operator/telemetry/metrics.h"

namespace {

using namespace controller;
using migrator::report::Log;
using migrator::report::LogLevel;
using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr int kLostLeadership = 1;
constexpr int kCannotStart = 2;
constexpr std::chrono::seconds kLongestEnd{5};

LogLevel log_level(const std::string &name) {
  if (name == "debug") return LogLevel::Debug;
  if (name == "warning") return LogLevel::Warning;
  return name == "error" ? LogLevel::Error : LogLevel::Info;
}

reconcile::Clock real_clock() {
  auto random = std::make_shared<std::mt19937>(std::random_device{}());
  auto mutex = std::make_shared<std::mutex>();
  return {system_clock::now, steady_clock::now, [random, mutex] {
            const std::lock_guard lock(*mutex);
            return std::uniform_real_distribution<double>(0, 1)(*random);
          }};
}

// This process and no other: the pod's name, or the host's, and something random, for a pod may start twice.
std::string identity() {
  char host[256] = {};
  const char *pod = std::getenv("POD_NAME");
  if (pod == nullptr && gethostname(host, sizeof host - 1) == 0) pod = host;
  return fmt::format("{}_{:08x}", pod == nullptr ? "operator" : pod, std::random_device{}());
}

// SIGTERM and SIGINT, which no thread is interrupted by: they are waited for.
class Signals {
public:
  Signals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }
  // Whether one came within the time.
  bool wait(std::chrono::milliseconds time) const {
    const timespec wait{time.count() / 1000, time.count() % 1000 * 1'000'000};
    return sigtimedwait(&set_, nullptr, &wait) > 0;
  }

private:
  sigset_t set_{};
};

// Another may lead already: whatever is under way here ends with the process. The database's lock is what keeps runs apart.
[[noreturn]] void end_without_leadership(Log &log) {
  log.event(LogLevel::Error, "leadership_lost", "the Lease is lost to another process, or could not be renewed; ending");
  std::_Exit(kLostLeadership);
}

kube::ConnectOptions connect_options(const Options &options, std::stop_token stop, telemetry::Metrics &metrics) {
  kube::ConnectOptions connect;
  connect.kubeconfig = options.kubeconfig;
  connect.context = options.context;
  connect.qps = options.qps;
  connect.burst = options.burst;
  connect.stop = std::move(stop);
  connect.observer = [&metrics](const kube::RequestSeen &seen) { metrics.api_request(seen.verb, seen.code); };
  return connect;
}

control::LoopSettings loop_settings(const Options &options, const std::string &instance) {
  control::LoopSettings settings;
  settings.namespaces = options.namespaces;
  settings.workers = options.workers;
  settings.limits = {options.max_concurrent_runs, options.max_concurrent_runs_per_namespace};
  settings.settings = {options.stock_image, options.progress, options.gating, MIGRATOR_VERSION};
  settings.instance = instance;
  return settings;
}

leader::ElectorDoors elector_doors(control::ControlLoop &loop, telemetry::Metrics &metrics, Log &log) {
  return {[&loop, &metrics, &log] {
            log.event(LogLevel::Info, "leading", "this process leads");
            metrics.leading(true);
            loop.start_working();
          },
          [&log] { end_without_leadership(log); },
          [&log](const std::string &trouble) { log.event(LogLevel::Warning, "lease_failed", trouble); },
          watch::sleep_for,
          steady_clock::now,
          system_clock::now};
}

int run(const Options &options, Log &log) {
  const Signals signals; // before any thread begins
  const std::string instance = identity();
  control::Ground ground(options.namespaces.empty() ? 1 : options.namespaces.size());
  telemetry::Metrics metrics(MIGRATOR_VERSION,
                             {[&ground] { return ground.queue.depth(); },
                              [&ground, &options] { return control::figures_of(ground.caches, options.gating); }});
  std::stop_source stop;
  const kube::Result<kube::Connected> connected = kube::connect(connect_options(options, stop.get_token(), metrics));
  if (!connected) {
    log.event(LogLevel::Error, "cannot_connect", connected.error().message);
    return kCannotStart;
  }
  // Leases are not to wait behind the workers' requests, and are given back after those have ended.
  std::stop_source stop_lease;
  const kube::Result<kube::Connected> lease_client = kube::connect(connect_options(options, stop_lease.get_token(), metrics));
  if (!lease_client) {
    log.event(LogLevel::Error, "cannot_connect", lease_client.error().message);
    return kCannotStart;
  }

  control::ControlLoop loop(*connected->client, ground, metrics, log, loop_settings(options, instance), real_clock());
  const kube::ObjectName lease{options.lease_namespace.empty() ? connected->name_space : options.lease_namespace,
                               options.lease_name};
  leader::Elector elector(*lease_client->client, lease, instance, elector_doors(loop, metrics, log));
  auto listener = telemetry::HttpListener::listen(
      options.listen, {[&metrics] { return metrics.text(); }, [&loop] { return loop.stuck(); },
                       [&loop] { return loop.synced() ? std::string() : std::string("the caches are not synced yet"); }});
  if (!listener) {
    log.event(LogLevel::Error, "cannot_listen", listener.error());
    return kCannotStart;
  }
  log.event(LogLevel::Info, "started", "migration-operator " MIGRATOR_VERSION " watches " + connected->server,
            {{"identity", instance}, {"port", std::int64_t{(*listener)->port()}}});

  loop.start_watching();
  if (options.leader_election) {
    elector.start();
  } else {
    metrics.leading(true);
    loop.start_working();
  }
  while (!signals.wait(std::chrono::milliseconds(500)))
    if (elector.overdue(steady_clock::now())) end_without_leadership(log);

  log.event(LogLevel::Info, "stopping", "finishing what is being written");
  // What the API server does not answer in time is cut off: every write may be, and is decided again by the next leader.
  std::jthread limit([&stop, &stop_lease](const std::stop_token &done) {
    watch::sleep_for(kLongestEnd, done);
    stop.request_stop();
    stop_lease.request_stop();
  });
  elector.stop(); // the Lease stays ours for as long as it lasts
  loop.stop_working();
  stop.request_stop();
  loop.stop_watching();
  elector.release();
  log.event(LogLevel::Info, "stopped", "stopped");
  return 0;
}

} // namespace

int main(int count, char **words) {
  try {
    const auto options = read_options(std::vector<std::string>(words + (count > 0 ? 1 : 0), words + count));
    if (!options) {
      std::fputs(options.error().text.c_str(), options.error().exit_code == 0 ? stdout : stderr);
      return options.error().exit_code;
    }
    Log log(options->log_format == "text" ? migrator::report::LogFormat::Text : migrator::report::LogFormat::Json,
            log_level(options->log_level));
    return run(*options, log);
  } catch (const std::exception &exception) {
    std::fprintf(stderr, "error: a bug in the operator: %s. Please report it.\n", exception.what());
    return 70;
  }
}
