// See retry.h.
#include "operator/kube/retry.h"

#include <algorithm>
#include <cstdint>

namespace controller::kube {

std::optional<std::chrono::milliseconds> pause_before_retry(const Error &error, int attempts, bool idempotent, double jitter) {
  const bool passing = error.status == 500 || error.status == 502 || error.status == 503 || error.status == 504;
  const bool may_repeat = error.status == 429 || (passing && idempotent);
  // "Too large resource version" is a 504 as well, and no waiting here helps: the caller lists without a version.
  if (!may_repeat || error.kind == ErrorKind::Expired || attempts >= kAttempts) return std::nullopt;
  const std::int64_t full = std::min<std::int64_t>(5'000, std::int64_t{100} << std::clamp(attempts - 1, 0, 10));
  const std::chrono::milliseconds spread(full / 2 + static_cast<std::int64_t>(static_cast<double>(full - full / 2) * jitter));
  if (!error.retry_after) return spread;
  if (*error.retry_after > kLongestPause) return std::nullopt;
  // Not before the server says, and not all at the same moment.
  return *error.retry_after + std::chrono::milliseconds(static_cast<std::int64_t>(100 * jitter));
}

} // namespace controller::kube
