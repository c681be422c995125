// Which key is worked on next: each at most once in the waiting line and with one worker at a time, now or at a later moment. Pure: the time is an
// argument; work_queue.h makes it thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "operator/queue/key.h"

namespace controller::queue {

class Schedule {
public:
  using Time = std::chrono::steady_clock::time_point;

  // A key that waits already is not added twice; one that is being worked on is looked at once more afterwards.
  void add(const Key &key);
  // Of several moments the earliest stands; a key that waits already is not put off.
  void add_at(const Key &key, Time due);
  // The next key whose time has come, first come first served; it is the caller's until done().
  std::optional<Key> take(Time now);
  void done(const Key &key);
  // When the next delayed key is due.
  std::optional<Time> next_due() const;
  std::size_t waiting() const { return line_.size(); }
  std::size_t running() const { return running_.size(); }

private:
  std::deque<Key> line_;
  std::set<Key> waiting_; // what is in line_, or comes into it when its worker is done
  std::set<Key> running_;
  std::map<Key, Time> due_;
};

} // namespace controller::queue
