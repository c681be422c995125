// The waiting line between the watchers and the workers. Thread-safe. A key is in one worker's hands at a time, so that nobody else needs a lock per
// object.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>

#include "operator/queue/backoff.h"
#include "operator/queue/schedule.h"

namespace controller::queue {

class WorkQueue {
public:
  using Clock = std::function<Schedule::Time()>;
  explicit WorkQueue(Clock now = std::chrono::steady_clock::now) : now_(std::move(now)) {}

  void add(const Key &key);
  void add_after(const Key &key, std::chrono::milliseconds wait);
  // One more failure: how long the key should wait, longer each time until succeeded(). Adds nothing.
  std::chrono::milliseconds failed(const Key &key);
  void succeeded(const Key &key);

  // Blocks until there is work; nullopt once the queue is shut down. Every key that was taken must be given back by done().
  std::optional<Key> take();
  void done(const Key &key);

  // No key is handed out any more; what is being worked on goes on.
  void shut_down();
  // Looks at the clock again: for an injected one that was moved.
  void clock_moved();

  std::size_t depth() const; // keys whose time has come and that nobody works on

private:
  Clock now_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Schedule schedule_;
  Backoff backoff_;
  bool shut_down_ = false;
};

} // namespace controller::queue
