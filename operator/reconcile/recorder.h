// Writes Events (core/v1) about Migrations and gated pods. An Event is named after what it tells, so that telling it twice makes one; a failure to write
// one is never in the way of the work. What was told is remembered, so that a look that is repeated (a conflict, a crash of the API server) costs neither
// requests nor the limit's allowance. Thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "operator/kube/client.h"
#include "operator/reconcile/decide.h"
#include "operator/reconcile/event_limit.h"
#include "operator/reconcile/gather.h"

namespace controller::reconcile {

struct About {
  std::string api_version; // "migrator.dev/v1alpha1"
  std::string kind;
  kube::ObjectName name;
  std::string uid;
};

class Recorder {
public:
  // `instance`: this process, for reportingInstance. `on_trouble`: a sentence for the log.
  Recorder(kube::Client &client, std::string instance, Clock clock, std::function<void(const std::string &)> on_trouble)
      : client_(client), instance_(std::move(instance)), clock_(std::move(clock)), on_trouble_(std::move(on_trouble)) {}

  void record(const About &about, const Note &note);

private:
  static constexpr std::chrono::minutes kRemembered{10};
  static constexpr std::size_t kMostRemembered = 4'096;
  bool told_lately(const std::string &name, std::chrono::steady_clock::time_point now) const; // under mutex_
  void remember(const std::string &name);

  kube::Client &client_;
  std::string instance_;
  Clock clock_;
  std::function<void(const std::string &)> on_trouble_;
  std::mutex mutex_;
  EventLimit limit_;
  std::map<std::string, std::chrono::steady_clock::time_point> told_; // an Event's namespace and name, and when
};

// The Event as it is sent. Its name: the object's, and a hash of uid, key and reason.
kube::Json event_object(const About &about, const Note &note, const std::string &instance, std::chrono::sys_seconds now);

} // namespace controller::reconcile
