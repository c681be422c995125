// How many runs may have a Job at the same time, over all Migrations and in each namespace. The Jobs in the cache are the truth; what is about to be
// created is reserved here until it shows there, so that two workers never take one slot. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "operator/watch/store.h"

namespace controller::reconcile {

struct SlotLimits {
  int total = 20;
  int per_namespace = 20;
};

class Slots {
public:
  // `jobs` outlives it.
  Slots(const watch::Store &jobs, SlotLimits limits) : jobs_(jobs), limits_(limits) {}

  // Whether a Migration may have a Job; its own, if it has one, does not stand in its way. Reserves nothing.
  bool free(const kube::ObjectName &migration);
  // The same, and reserves the slot if there is one. Who gets none is remembered for waiting().
  bool reserve(const kube::ObjectName &migration);
  // The Job was created: the slot stays reserved until the cache shows a Job of this name, or it is released.
  void created(const kube::ObjectName &migration, const std::string &job);
  // No Job was created, or it is gone.
  void release(const kube::ObjectName &migration);
  // Those that got no slot since this was asked last: to be looked at when a Job ends.
  std::vector<kube::ObjectName> take_waiting();

private:
  bool free_locked(const kube::ObjectName &migration);

  const watch::Store &jobs_;
  SlotLimits limits_;
  std::mutex mutex_;
  std::map<kube::ObjectName, std::string> reserved_; // Migration to the Job's name; empty: not created yet
  std::set<kube::ObjectName> waiting_;
};

// The Migration that a runner's Job or pod belongs to, by its label; an empty name: none.
kube::ObjectName migration_of(const kube::Json &object);

} // namespace controller::reconcile
