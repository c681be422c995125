// A backstop against floods of Events: as client-go, 25 at once for an object and one more every five minutes. Pure; not thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace controller::reconcile {

class EventLimit {
public:
  using Time = std::chrono::steady_clock::time_point;

  // Whether one more Event about the object with this uid may be written now.
  bool allow(const std::string &uid, Time now);

private:
  struct Bucket {
    int left = kBurst;
    Time filled; // when the last token came
  };
  static constexpr int kBurst = 25;
  static constexpr std::chrono::minutes kRefill{5};
  static constexpr std::size_t kMostBuckets = 4'096;
  std::map<std::string, Bucket> buckets_; // full ones may be left out
};

} // namespace controller::reconcile
