// The operator without an election, whose client ends the process by SIGKILL right before or right after its n-th write: for tests that start the real one
// afterwards and look whether it comes to the same end. Each write is told on stdout before it is sent: NUMBER VERB RESOURCE NAME.
//
//   killing-operator KUBECONFIG NAMESPACE NUMBER before|after     NUMBER 0: never
#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "migrator/report/log.h"
#include "operator/control/control_loop.h"
#include "operator/kube/load.h"
#include "operator/telemetry/metrics.h"

namespace {

using namespace controller;
using kube::Json;
using kube::ObjectName;
using kube::ResourceType;

class KillingClient : public kube::Client {
  template <typename Send> auto write(const char *verb, const ResourceType &type, const std::string &name, Send send) {
    const int number = ++written_;
    std::printf("%d %s %s %s\n", number, verb, std::string(type.plural).c_str(), name.c_str());
    std::fflush(stdout);
    if (number == last_ && before_) kill(getpid(), SIGKILL);
    auto answer = send();
    if (number == last_) kill(getpid(), SIGKILL);
    return answer;
  }

public:
  KillingClient(std::unique_ptr<kube::Client> client, int last, bool before)
      : client_(std::move(client)), last_(last), before_(before) {}

  kube::Result<Json> get(const ResourceType &type, const ObjectName &name) override { return client_->get(type, name); }
  kube::Result<Json> list(const ResourceType &type, const std::string &name_space, const kube::ListOptions &options) override {
    return client_->list(type, name_space, options);
  }
  kube::Result<Json> create(const ResourceType &type, const std::string &name_space, const Json &object) override {
    const std::string name = object["metadata"]["name"];
    return write("create", type, name, [&] { return client_->create(type, name_space, object); });
  }
  kube::Result<Json> update(const ResourceType &type, const ObjectName &name, const Json &object) override {
    return write("update", type, name.name, [&] { return client_->update(type, name, object); });
  }
  kube::Result<Json> patch(const ResourceType &type, const ObjectName &name, kube::PatchType how, const Json &patch) override {
    return write("patch", type, name.name, [&] { return client_->patch(type, name, how, patch); });
  }
  kube::Result<Json> apply_status(const ResourceType &type, const ObjectName &name, const Json &object) override {
    return write("apply_status", type, name.name, [&] { return client_->apply_status(type, name, object); });
  }
  kube::Status remove(const ResourceType &type, const ObjectName &name, const std::string &uid) override {
    return write("remove", type, name.name, [&] { return client_->remove(type, name, uid); });
  }
  kube::Result<std::string> log(const ObjectName &pod, const std::string &container, int lines, int bytes) override {
    return client_->log(pod, container, lines, bytes);
  }
  kube::Status watch(const ResourceType &type, const std::string &name_space, const kube::WatchOptions &options,
                     std::stop_token stop, const std::function<void(kube::WatchEvent)> &on_event) override {
    return client_->watch(type, name_space, options, std::move(stop), on_event);
  }

private:
  std::unique_ptr<kube::Client> client_;
  int last_;
  bool before_;
  std::atomic<int> written_ = 0;
};

int run(const std::string &kubeconfig, const std::string &name_space, int last, bool before) {
  control::Ground ground(1);
  telemetry::Metrics metrics(MIGRATOR_VERSION, {[&ground] { return ground.queue.depth(); },
                                                [&ground] { return control::figures_of(ground.caches, true); }});
  migrator::report::Log log(migrator::report::LogFormat::Json, migrator::report::LogLevel::Info);
  kube::ConnectOptions options;
  options.kubeconfig = kubeconfig;
  kube::Result<kube::Connected> connected = kube::connect(options);
  if (!connected) {
    std::fprintf(stderr, "%s\n", connected.error().message.c_str());
    return 2;
  }
  KillingClient client(std::move(connected->client), last, before);
  control::LoopSettings settings;
  settings.namespaces = {name_space};
  settings.workers = 1; // so that the writes have an order
  settings.settings = {"localhost/migrator:dev", false, true, MIGRATOR_VERSION};
  settings.instance = "killing-operator";
  control::ControlLoop loop(client, ground, metrics, log, settings,
                            {std::chrono::system_clock::now, std::chrono::steady_clock::now, [] { return 0.0; }});
  loop.start_watching();
  loop.start_working();
  for (;;) pause();
}

} // namespace

int main(int count, char **words) {
  constexpr int kWords = 5;
  int last = 0;
  if (count != kWords || std::from_chars(words[3], words[3] + std::string_view(words[3]).size(), last).ec != std::errc()) {
    std::fputs("usage: killing-operator KUBECONFIG NAMESPACE NUMBER before|after\n", stderr);
    return 2;
  }
  return run(words[1], words[2], last, std::string_view(words[4]) == "before");
}
