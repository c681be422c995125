// See work_queue.h.
#include "operator/queue/work_queue.h"

namespace controller::queue {

void WorkQueue::add(const Key &key) {
  const std::lock_guard lock(mutex_);
  schedule_.add(key);
  wake_.notify_one();
}

void WorkQueue::add_after(const Key &key, std::chrono::milliseconds wait) {
  const std::lock_guard lock(mutex_);
  schedule_.add_at(key, now_() + wait);
  wake_.notify_one();
}

std::chrono::milliseconds WorkQueue::failed(const Key &key) {
  const std::lock_guard lock(mutex_);
  return backoff_.failed(key);
}

void WorkQueue::succeeded(const Key &key) {
  const std::lock_guard lock(mutex_);
  backoff_.succeeded(key);
}

std::optional<Key> WorkQueue::take() {
  std::unique_lock lock(mutex_);
  while (!shut_down_) {
    const Schedule::Time now = now_();
    if (std::optional<Key> key = schedule_.take(now)) {
      if (schedule_.waiting() > 0) wake_.notify_one(); // keys that became due together
      return key;
    }
    const std::optional<Schedule::Time> due = schedule_.next_due();
    if (due) {
      wake_.wait_for(lock, *due - now);
    } else {
      wake_.wait(lock);
    }
  }
  return std::nullopt;
}

void WorkQueue::done(const Key &key) {
  const std::lock_guard lock(mutex_);
  schedule_.done(key);
  if (schedule_.waiting() > 0) wake_.notify_one();
}

void WorkQueue::shut_down() {
  const std::lock_guard lock(mutex_);
  shut_down_ = true;
  wake_.notify_all();
}

void WorkQueue::clock_moved() {
  const std::lock_guard lock(mutex_);
  wake_.notify_all();
}

std::size_t WorkQueue::depth() const {
  const std::lock_guard lock(mutex_);
  return schedule_.waiting();
}

} // namespace controller::queue
