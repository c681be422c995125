// See backoff.h.
#include "operator/queue/backoff.h"

#include <algorithm>
#include <cstdint>

namespace controller::queue {

std::chrono::milliseconds Backoff::failed(const Key &key) {
  const int before = failures_[key]++;
  return std::chrono::milliseconds(std::min<std::int64_t>(1'000'000, std::int64_t{5} << std::min(before, 20)));
}

void Backoff::succeeded(const Key &key) {
  failures_.erase(key);
}

int Backoff::failures(const Key &key) const {
  const auto found = failures_.find(key);
  return found == failures_.end() ? 0 : found->second;
}

} // namespace controller::queue
