// One look at one Migration: gather, decide, and if that would change anything gather live, decide again, apply. The whole path in one function.
#pragma once

#include <chrono>

#include "operator/reconcile/apply.h"
#include "operator/reconcile/gather.h"

namespace controller::reconcile {

class Reconciler {
public:
  Reconciler(Gatherer &gatherer, Applier &applier, Slots &slots, Clock clock)
      : gatherer_(gatherer), applier_(applier), slots_(slots), clock_(std::move(clock)) {}

  // How long until it must be looked at again though nothing changes; 0: not at all. An error: it is to be tried again, later each time.
  kube::Result<std::chrono::milliseconds> reconcile(const kube::ObjectName &name);

private:
  struct Look {
    bool again = false; // something was written: how do things stand now?
    std::chrono::milliseconds look_again{0};
  };
  kube::Result<Look> look_live(const kube::ObjectName &name);

  Gatherer &gatherer_;
  Applier &applier_;
  Slots &slots_;
  Clock clock_;
};

} // namespace controller::reconcile
