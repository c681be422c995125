// Makes what was decided true, in an order in which it may be killed anywhere: Events, then the status, then the Job, then what is removed. Whatever was
// cut off is decided again from how things stand. It decides nothing.
#pragma once

#include <functional>
#include <string>

#include "operator/kube/client.h"
#include "operator/reconcile/caches.h"
#include "operator/reconcile/decide.h"
#include "operator/reconcile/gather.h"
#include "operator/reconcile/recorder.h"

namespace controller::reconcile {

// Whether anything of the decision is not true yet.
bool would_write(const Observed &observed, const Decision &decision);

struct Applied {
  bool wrote = false;       // the API server holds something new: look again at once
  bool job_created = false; // or found created by us
  bool job_refused = false; // and it is too early to try again: see kRefusalPeriod
};

class Applier {
public:
  struct Doors {
    // A run ended, and its status is written: namespace and name, and its result.
    std::function<void(const kube::ObjectName &, const std::string &)> on_run_result;
    // A sentence for the log about a Migration.
    std::function<void(const kube::ObjectName &, const std::string &)> on_step;
  };
  // All outlive it. Thread-safe, as long as one Migration is in one thread's hands.
  Applier(kube::Client &client, const Caches &caches, Gatherer &gatherer, Superseded &superseded, Recorder &recorder,
          Doors doors);

  // `observed` was read live. An error: what came before it is done, what comes after it is not. Conflict: somebody wrote in between; gather again.
  kube::Result<Applied> apply(const Observed &observed, const Decision &decision);
  // Stalled, InvalidSpec: tells in the status what read_migration found. True if that was not told yet.
  kube::Result<bool> tell_unreadable(const Unreadable &unreadable, std::chrono::sys_seconds now);

private:
  kube::Status write_status(const api::Migration &migration, const api::Status &status);
  kube::Status create_job(const Observed &observed, const api::Status &status, Applied &applied);
  kube::Status remove_job(const Observed &observed, const std::string &uid);

  kube::Client &client_;
  const Caches &caches_;
  Gatherer &gatherer_;
  Superseded &superseded_;
  Recorder &recorder_;
  Doors doors_;
};

} // namespace controller::reconcile
