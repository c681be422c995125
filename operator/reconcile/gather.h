// Reads all that a decision rests on: from the caches, to see whether there is anything to do, or live from the API server, before anything is written.
// It decides nothing and writes nothing.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "operator/api/migration_json.h"
#include "operator/kube/client.h"
#include "operator/reconcile/caches.h"
#include "operator/reconcile/observed.h"
#include "operator/reconcile/slots.h"
#include "operator/reconcile/superseded.h"

namespace controller::reconcile {

struct Clock {
  std::function<std::chrono::system_clock::time_point()> wall;
  std::function<std::chrono::steady_clock::time_point()> steady;
  std::function<double()> jitter; // [0, 1); thread-safe
};

struct Absent {};
// A Migration whose spec cannot be read; metadata and status can.
struct Unreadable {
  api::Migration migration;
  api::Malformed fault;
};
using Gathered = std::variant<Absent, Unreadable, Observed>;

class Gatherer {
public:
  // All outlive it. Thread-safe, as long as one Migration is in one thread's hands.
  Gatherer(kube::Client &client, const Caches &caches, Slots &slots, Superseded &superseded, Settings settings, Clock clock);

  // From the caches. nullopt: what stands there is known to be old; gather live.
  std::optional<Gathered> cached(const kube::ObjectName &name);
  // The Migration, its Job and the Job's pods as the API server has them now. Reserves a slot if a Job may have to be created: the caller
  // releases it, or says that the Job was created.
  kube::Result<Gathered> live(const kube::ObjectName &name);
  // After a conflict: reads the Migration once more. true: `observed` has it as it is now, and what else it holds still stands, for the spec and the
  // run's Job are the same. false: gather live; `observed` is as it was.
  kube::Result<bool> read_again(Observed &observed);

  // The API server refused to create this Job; told in decisions (Observed::trouble) as FailedCreate, until the next try is due.
  void refused(const kube::ObjectName &name, const std::string &job, std::string message);
  bool refused_lately(const kube::ObjectName &name, const std::string &job) const;
  void forget(const kube::ObjectName &name);

private:
  // What was read about a run now and then, and is not read again before its time.
  struct Memory {
    std::string job;
    std::optional<api::Progress> progress;
    std::optional<std::chrono::steady_clock::time_point> progress_read;
    std::optional<Trouble> trouble;
    std::optional<std::chrono::steady_clock::time_point> trouble_read;
    std::string refusal;
    std::optional<std::chrono::steady_clock::time_point> refused_at;
  };

  Observed frame(api::Migration migration) const;
  void add_dependents(Observed &observed) const;
  kube::Status add_job_live(Observed &observed);
  void add_progress(Observed &observed);
  void add_trouble(Observed &observed);
  kube::Result<std::vector<kube::Json>> list_pods(const std::string &name_space, const std::string &selector);
  Memory memory_of(const kube::ObjectName &name, const std::string &job) const;
  void remember(const kube::ObjectName &name, const std::function<void(Memory &)> &change, const std::string &job);

  kube::Client &client_;
  const Caches &caches_;
  Slots &slots_;
  Superseded &superseded_;
  Settings settings_;
  Clock clock_;
  mutable std::mutex mutex_;
  std::map<kube::ObjectName, Memory> memories_;
};

inline constexpr std::chrono::seconds kProgressPeriod{5};
inline constexpr std::chrono::seconds kTroublePeriod{60};
inline constexpr std::chrono::seconds kHangsAfter{15};    // a run that shows no reason for so long is looked into
inline constexpr std::chrono::seconds kRefusalPeriod{60}; // between two tries to create a Job that is refused

} // namespace controller::reconcile
