// See control_loop.h.
#include "operator/control/control_loop.h"

#include <exception>
#include <utility>

#include "operator/api/migration_json.h"
#include "operator/control/retry_wait.h"
#include "operator/gate/gate.h"
#include "operator/reconcile/views.h"

namespace controller::control {

namespace {

using migrator::report::LogLevel;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::minutes kStuckAfter{15}; // no look and no watch is silent for so long in good health
constexpr milliseconds kSyncPoll{20};
constexpr std::chrono::minutes kAfterBug{1};

bool holds_gate(const watch::Object &pod) {
  return pod && gate::read_pod_gate(*pod).has_value();
}

} // namespace

telemetry::MigrationFigures figures_of(const reconcile::Caches &caches, bool gating) {
  telemetry::MigrationFigures figures;
  figures.gating = gating;
  for (const watch::Object &object : caches.migrations.all()) {
    auto migration = api::read_migration(*object);
    figures.migrations.push_back(migration ? std::move(*migration) : api::read_without_spec(*object));
  }
  if (!gating) return figures;
  for (const watch::Object &pod : caches.gated_pods.all())
    if (const auto gate = gate::read_pod_gate(*pod))
      for (const std::string &name : gate->wait_for) ++figures.gated_pods[{gate->name_space, name}];
  return figures;
}

ControlLoop::ControlLoop(kube::Client &client, Ground &ground, telemetry::Metrics &metrics, migrator::report::Log &log,
                         LoopSettings settings, reconcile::Clock clock)
    : client_(client), ground_(ground), metrics_(metrics), log_(log), settings_(std::move(settings)), clock_(std::move(clock)),
      slots_(ground.caches.jobs, settings_.limits),
      gatherer_(client, ground.caches, slots_, superseded_, settings_.settings, clock_),
      recorder_(client, settings_.instance, clock_,
                [this](const std::string &trouble) { say(LogLevel::Warning, "event_failed", trouble, {}); }),
      applier_(client, ground.caches, gatherer_, superseded_, recorder_,
               {[this](const kube::ObjectName &name, const std::string &result) { metrics_.run_ended(name, result); },
                [this](const kube::ObjectName &name, const std::string &step) { say(LogLevel::Info, "applied", step, name); }}),
      reconciler_(gatherer_, applier_, slots_, clock_),
      gate_lifter_(client, ground.caches, recorder_, [this](const kube::ObjectName &pod) {
        say(LogLevel::Info, "gate_lifted", "the pod's scheduling gate is lifted", pod);
      }) {
  if (settings_.namespaces.empty()) add_watchers({});
  for (const std::string &name_space : settings_.namespaces) add_watchers(name_space);
}

ControlLoop::~ControlLoop() {
  stop_working();
  stop_watching();
}

void ControlLoop::add_watchers(const std::string &name_space) {
  reconcile::Caches &caches = ground_.caches;
  const std::string runners = std::string(api::kRole) + "=runner";
  add_watcher(kube::kMigrations, caches.migrations, name_space, {}, &ControlLoop::migration_changed);
  add_watcher(kube::kJobs, caches.jobs, name_space, runners, &ControlLoop::job_changed);
  add_watcher(kube::kPods, caches.runner_pods, name_space, runners, &ControlLoop::runner_pod_changed);
  if (settings_.settings.gating)
    add_watcher(kube::kPods, caches.gated_pods, name_space, std::string(api::kGated) + "=true", &ControlLoop::gated_pod_changed);
}

void ControlLoop::add_watcher(const kube::ResourceType &type, watch::Store &store, const std::string &name_space,
                              std::string selector, void (ControlLoop::*changed)(const watch::Change &)) {
  const std::string plural(type.plural);
  watchers_.push_back(std::make_unique<watch::Watcher>(
      client_, store, watch::Subject{type, name_space, std::move(selector)},
      watch::WatcherDoors{[this, changed](const watch::Change &change) { (this->*changed)(change); },
                          [this, plural](const std::string &trouble) {
                            say(LogLevel::Warning, "watch_failed", "watching " + plural + ": " + trouble + "; tried again", {});
                          },
                          watch::sleep_for, clock_.steady}));
}

void ControlLoop::add(const kube::ObjectName &migration) {
  if (!migration.name.empty()) ground_.queue.add({queue::Kind::Migration, migration});
}

void ControlLoop::migration_changed(const watch::Change &change) {
  add(change.name);
  if (!change.after) metrics_.forget(change.name);
  for (const watch::Object &pod : ground_.caches.gated_pods.all(change.name.name_space))
    if (holds_gate(pod) && gate::read_dependent(*pod, change.name.name))
      ground_.queue.add({queue::Kind::Pod, watch::name_of(*pod)});
}

void ControlLoop::job_changed(const watch::Change &change) {
  add(reconcile::migration_of(change.after ? *change.after : *change.before));
  const bool over = !change.after || reconcile::job_view(*change.after, {}).end != reconcile::JobEnd::None;
  if (!over) return;
  for (const kube::ObjectName &waiting : slots_.take_waiting()) add(waiting);
}

void ControlLoop::runner_pod_changed(const watch::Change &change) {
  add(reconcile::migration_of(change.after ? *change.after : *change.before));
}

void ControlLoop::gated_pod_changed(const watch::Change &change) {
  ground_.queue.add({queue::Kind::Pod, change.name});
  // A run that goes down waits for pods that still need what would go.
  for (const watch::Object &migration : ground_.caches.migrations.all(change.name.name_space)) {
    const kube::ObjectName name = watch::name_of(*migration);
    const auto concerns = [&](const watch::Object &pod) { return pod && gate::read_dependent(*pod, name.name).has_value(); };
    if (concerns(change.before) || concerns(change.after)) add(name);
  }
}

void ControlLoop::start_watching() {
  for (const auto &watcher : watchers_) watcher->start();
}

void ControlLoop::start_working() {
  for (int i = 0; i < settings_.workers; ++i) {
    Worker &worker = *workers_.emplace_back(std::make_unique<Worker>());
    worker.thread = std::jthread([this, &worker](const std::stop_token &stop) { work(worker, stop); });
  }
}

void ControlLoop::stop_working() {
  ground_.queue.shut_down();
  for (const auto &worker : workers_) worker->thread.request_stop();
  for (const auto &worker : workers_)
    if (worker->thread.joinable()) worker->thread.join();
}

void ControlLoop::stop_watching() {
  for (const auto &watcher : watchers_) watcher->stop();
}

bool ControlLoop::synced() const {
  const reconcile::Caches &caches = ground_.caches;
  return caches.migrations.synced() && caches.jobs.synced() && caches.runner_pods.synced() &&
         (!settings_.settings.gating || caches.gated_pods.synced());
}

std::string ControlLoop::stuck() const {
  const steady_clock::time_point now = clock_.steady();
  for (const auto &watcher : watchers_)
    if (now - watcher->last_sign_of_life() > kStuckAfter) return "a watch has been silent for a quarter of an hour";
  for (const auto &worker : workers_) {
    const steady_clock::time_point since = worker->busy_since.load();
    if (since != steady_clock::time_point{} && now - since > kStuckAfter)
      return "a worker has been busy for a quarter of an hour";
  }
  return {};
}

void ControlLoop::work(Worker &worker, const std::stop_token &stop) {
  while (!synced() && !stop.stop_requested()) watch::sleep_for(kSyncPoll, stop);
  while (const std::optional<queue::Key> key = ground_.queue.take()) {
    worker.busy_since = clock_.steady();
    try {
      look(*key);
    } catch (const std::exception &exception) {
      // A bug, met in one object: the others' work goes on.
      ground_.queue.add_after(*key, kAfterBug);
      metrics_.reconciled(telemetry::ReconcileResult::Error, {});
      say(LogLevel::Error, "bug", std::string("a bug in the operator: ") + exception.what() + "; please report it", key->name);
    }
    worker.busy_since = steady_clock::time_point{};
    ground_.queue.done(*key);
  }
}

void ControlLoop::look(const queue::Key &key) {
  using telemetry::ReconcileResult;
  const steady_clock::time_point begun = clock_.steady();
  const auto looked = [&]() -> kube::Result<milliseconds> {
    if (key.kind == queue::Kind::Migration) return reconciler_.reconcile(key.name);
    const kube::Status lifted = gate_lifter_.look(key.name);
    if (!lifted) return tl::unexpected(lifted.error());
    return milliseconds(0);
  }();
  const auto took = clock_.steady() - begun;
  if (!looked) {
    const milliseconds wait = retry_wait(looked.error().kind, ground_.queue.failed(key));
    ground_.queue.add_after(key, wait);
    metrics_.reconciled(ReconcileResult::Error, took);
    const bool race = looked.error().kind == kube::ErrorKind::Conflict;
    say(race ? LogLevel::Debug : LogLevel::Warning, "look_failed",
        looked.error().message + "; tried again in " + std::to_string(wait.count()) + " ms", key.name);
    return;
  }
  ground_.queue.succeeded(key);
  if (*looked > milliseconds(0)) ground_.queue.add_after(key, *looked);
  metrics_.reconciled(*looked > milliseconds(0) ? ReconcileResult::RequeueAfter : ReconcileResult::Success, took);
}

void ControlLoop::say(LogLevel level, std::string_view event, std::string_view message, const kube::ObjectName &about) {
  if (about.name.empty()) {
    log_.event(level, event, message);
  } else {
    log_.event(level, event, message, {{"namespace", about.name_space}, {"name", about.name}});
  }
}

} // namespace controller::control
