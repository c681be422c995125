// What the watchers keep at hand: the stores of all kinds that the operator follows.
#pragma once

#include <cstddef>

#include "operator/watch/store.h"

namespace controller::reconcile {

struct Caches {
  // `namespaces`: how many are watched one by one; 1 for all of them together.
  explicit Caches(std::size_t namespaces)
      : migrations(namespaces), jobs(namespaces), runner_pods(namespaces), gated_pods(namespaces) {}

  watch::Store migrations;
  watch::Store jobs;        // with the label migrator.dev/role=runner
  watch::Store runner_pods; // the same label
  watch::Store gated_pods;  // migrator.dev/gated=true; filled with gating on
};

} // namespace controller::reconcile
