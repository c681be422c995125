// Which versions of an object are known to be old: those that a newer read or a write of ours has replaced. A cache that still shows one must not be acted
// on. Versions are only ever compared for equality. Thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <string>

#include "operator/kube/client.h"

namespace controller::reconcile {

class Superseded {
public:
  void add(const kube::ObjectName &name, const std::string &version) {
    const std::lock_guard lock(mutex_);
    std::deque<std::string> &versions = versions_[name];
    if (std::find(versions.begin(), versions.end(), version) != versions.end()) return;
    versions.push_back(version);
    if (versions.size() > kMost) versions.pop_front();
  }
  bool contains(const kube::ObjectName &name, const std::string &version) const {
    const std::lock_guard lock(mutex_);
    const auto found = versions_.find(name);
    return found != versions_.end() && std::find(found->second.begin(), found->second.end(), version) != found->second.end();
  }
  // The object is gone.
  void forget(const kube::ObjectName &name) {
    const std::lock_guard lock(mutex_);
    versions_.erase(name);
  }

private:
  static constexpr std::size_t kMost = 16; // a cache that lags behind by more is seen by its first live read
  mutable std::mutex mutex_;
  std::map<kube::ObjectName, std::deque<std::string>> versions_;
};

} // namespace controller::reconcile
