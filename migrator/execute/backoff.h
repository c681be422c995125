// How long to wait before the next try. Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace migrator::execute {

// The wait before try `attempt` (from 0): doubling from 50 ms to 2 s, spread by `jitter` in [0, 1) over its upper half.
inline std::chrono::milliseconds backoff(int attempt, double jitter) {
  const std::int64_t full = std::min<std::int64_t>(2'000, std::int64_t{50} << std::min(attempt, 10));
  return std::chrono::milliseconds(full / 2 + static_cast<std::int64_t>(static_cast<double>(full - full / 2) * jitter));
}

} // namespace migrator::execute
