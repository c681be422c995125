// See schedule.h.
#include "operator/queue/schedule.h"

#include <algorithm>
#include <vector>

namespace controller::queue {

void Schedule::add(const Key &key) {
  due_.erase(key);
  if (!waiting_.insert(key).second) return;
  if (!running_.contains(key)) line_.push_back(key);
}

void Schedule::add_at(const Key &key, Time due) {
  if (waiting_.contains(key)) return;
  const auto [entry, added] = due_.emplace(key, due);
  if (!added) entry->second = std::min(entry->second, due);
}

std::optional<Key> Schedule::take(Time now) {
  std::vector<std::pair<Time, Key>> ripe;
  for (const auto &[key, due] : due_)
    if (due <= now) ripe.emplace_back(due, key);
  std::sort(ripe.begin(), ripe.end());
  for (const auto &[due, key] : ripe) add(key);
  if (line_.empty()) return std::nullopt;
  Key key = line_.front();
  line_.pop_front();
  waiting_.erase(key);
  running_.insert(key);
  return key;
}

void Schedule::done(const Key &key) {
  running_.erase(key);
  if (waiting_.contains(key)) line_.push_back(key);
}

std::optional<Schedule::Time> Schedule::next_due() const {
  std::optional<Time> earliest;
  for (const auto &[key, due] : due_)
    if (!earliest || due < *earliest) earliest = due;
  return earliest;
}

} // namespace controller::queue
