// One look at one gated pod: reads the Migrations it waits for, asks the gates' rules (operator/gate) and removes the gate. It changes nothing else of
// a pod.
#pragma once

#include "operator/kube/client.h"
#include "operator/reconcile/caches.h"
#include "operator/reconcile/recorder.h"

namespace controller::reconcile {

class GateLifter {
public:
  // All outlive it. Thread-safe, as long as one pod is in one thread's hands. `on_lifted`: for the log.
  GateLifter(kube::Client &client, const Caches &caches, Recorder &recorder,
             std::function<void(const kube::ObjectName &)> on_lifted)
      : client_(client), caches_(caches), recorder_(recorder), on_lifted_(std::move(on_lifted)) {}

  // An error: to be tried again, later each time. Otherwise there is nothing more to do until the pod or one of its Migrations changes.
  kube::Status look(const kube::ObjectName &pod);

private:
  kube::Client &client_;
  const Caches &caches_;
  Recorder &recorder_;
  std::function<void(const kube::ObjectName &)> on_lifted_;
};

// The patch that removes a gate, if the pod is still this one and the gate still stands at its index.
kube::Json gate_patch(const std::string &uid, std::size_t index);

} // namespace controller::reconcile
