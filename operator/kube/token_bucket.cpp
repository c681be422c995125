// See token_bucket.h.
#include "operator/kube/token_bucket.h"

#include <algorithm>

namespace controller::kube {

using Seconds = std::chrono::duration<double>;

TokenBucket::TokenBucket(double rate, int burst, Time now)
    : rate_(rate), burst_(std::max(burst, 1)), tokens_(burst_), filled_(now) {}

std::chrono::nanoseconds TokenBucket::take(Time now) {
  if (!(rate_ > 0)) return {};
  if (now > filled_) {
    tokens_ = std::min(burst_, tokens_ + rate_ * Seconds(now - filled_).count());
    filled_ = now;
  }
  tokens_ -= 1;
  return tokens_ >= 0 ? std::chrono::nanoseconds{} : std::chrono::ceil<std::chrono::nanoseconds>(Seconds(-tokens_ / rate_));
}

} // namespace controller::kube
