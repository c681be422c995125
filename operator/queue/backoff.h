// How long a key waits after each failure: 5 ms, doubling to 1000 s; forgotten as soon as it succeeds. Pure; not thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>

#include "operator/queue/key.h"

namespace controller::queue {

class Backoff {
public:
  // The wait after one more failure.
  std::chrono::milliseconds failed(const Key &key);
  void succeeded(const Key &key);
  int failures(const Key &key) const;
  std::size_t size() const { return failures_.size(); }

private:
  std::map<Key, int> failures_;
};

} // namespace controller::queue
