// How many requests a second are sent: a bucket of `burst` that fills with `rate` a second. Pure; the caller passes the time and waits. Not
// thread-safe.
#pragma once

#include <chrono>

namespace controller::kube {

class TokenBucket {
public:
  using Time = std::chrono::steady_clock::time_point;

  // Starts full. A rate that is not above 0: no limit. A burst below 1 counts as 1.
  TokenBucket(double rate, int burst, Time now);
  // Takes one, and says how long to wait before using it. Whoever comes later waits longer: those who wait go in the order in which they took.
  std::chrono::nanoseconds take(Time now);

private:
  double rate_;
  double burst_;
  double tokens_; // below 0: so many have been promised
  Time filled_;
};

} // namespace controller::kube
