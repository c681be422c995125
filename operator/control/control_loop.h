// The operator's threads: the watchers that fill the caches and the queue, and the workers that empty it. It wires the path watch, queue, reconcile together
// and decides nothing.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "migrator/report/log.h"
#include "operator/kube/client.h"
#include "operator/queue/work_queue.h"
#include "operator/reconcile/apply.h"
#include "operator/reconcile/caches.h"
#include "operator/reconcile/gate_lifter.h"
#include "operator/reconcile/gather.h"
#include "operator/reconcile/reconciler.h"
#include "operator/telemetry/metrics.h"
#include "operator/watch/watcher.h"

namespace controller::control {

struct LoopSettings {
  std::vector<std::string> namespaces; // empty: all of them together
  int workers = 4;
  reconcile::SlotLimits limits;
  reconcile::Settings settings;
  std::string instance; // this process, in Events
};

// What exists before the client does, because the client's requests are counted.
struct Ground {
  explicit Ground(std::size_t namespaces) : caches(namespaces) {}
  reconcile::Caches caches;
  queue::WorkQueue queue;
};

// What a scrape needs to know of all Migrations.
telemetry::MigrationFigures figures_of(const reconcile::Caches &caches, bool gating);

class ControlLoop {
public:
  // All but the settings outlive it.
  ControlLoop(kube::Client &client, Ground &ground, telemetry::Metrics &metrics, migrator::report::Log &log,
              LoopSettings settings, reconcile::Clock clock);
  ~ControlLoop();
  ControlLoop(const ControlLoop &) = delete;
  ControlLoop &operator=(const ControlLoop &) = delete;

  // Fills the caches; nothing is changed in the cluster.
  void start_watching();
  // Once, as soon as this process leads. The workers wait until all caches are synced.
  void start_working();
  // No more work is taken; returns when what was being worked on is done.
  void stop_working();
  void stop_watching();

  bool synced() const;
  // A sentence a thread that hangs; empty: none does.
  std::string stuck() const;

private:
  struct Worker {
    std::atomic<std::chrono::steady_clock::time_point> busy_since{}; // the epoch: idle
    std::jthread thread;
  };

  void add_watchers(const std::string &name_space);
  void add_watcher(const kube::ResourceType &type, watch::Store &store, const std::string &name_space, std::string selector,
                   void (ControlLoop::*changed)(const watch::Change &));
  void migration_changed(const watch::Change &change);
  void job_changed(const watch::Change &change);
  void runner_pod_changed(const watch::Change &change);
  void gated_pod_changed(const watch::Change &change);
  void add(const kube::ObjectName &migration);

  void work(Worker &worker, const std::stop_token &stop);
  void look(const queue::Key &key);
  void say(migrator::report::LogLevel level, std::string_view event, std::string_view message, const kube::ObjectName &about);

  kube::Client &client_;
  Ground &ground_;
  telemetry::Metrics &metrics_;
  migrator::report::Log &log_;
  LoopSettings settings_;
  reconcile::Clock clock_;
  reconcile::Superseded superseded_;
  reconcile::Slots slots_;
  reconcile::Gatherer gatherer_;
  reconcile::Recorder recorder_;
  reconcile::Applier applier_;
  reconcile::Reconciler reconciler_;
  reconcile::GateLifter gate_lifter_;
  std::vector<std::unique_ptr<watch::Watcher>> watchers_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

} // namespace controller::control
