// See retry.h.
#include "operator/reconcile/retry.h"

#include <algorithm>
#include <cstdint>

namespace controller::reconcile {

namespace {

std::chrono::seconds scaled(std::chrono::seconds full, double factor) {
  return std::chrono::seconds(static_cast<std::int64_t>(static_cast<double>(full.count()) * factor));
}

} // namespace

std::chrono::seconds backoff(int attempt, double jitter) {
  constexpr std::chrono::seconds kFirst{10}, kLongest{300};
  constexpr int kDoublings = 5; // 10 s · 2^5 is past the longest
  const std::chrono::seconds full = std::min(kLongest, kFirst * (1 << std::clamp(attempt - 1, 0, kDoublings)));
  return std::min(kLongest, scaled(full, 0.75 + 0.5 * jitter));
}

std::chrono::seconds long_wait(double jitter) {
  return scaled(std::chrono::minutes(10), 0.9 + 0.2 * jitter);
}

std::chrono::seconds spread_interval(std::chrono::seconds interval, double jitter) {
  return interval + scaled(interval, 0.1 * jitter);
}

} // namespace controller::reconcile
