// When the same request is sent again, and after how long. Pure.
#pragma once

#include <chrono>
#include <optional>

#include "operator/kube/error.h"

namespace controller::kube {

inline constexpr int kAttempts = 10;
// A server that wants to be left alone for longer gets its wish from the caller, not from a thread that waits here.
inline constexpr std::chrono::seconds kLongestPause{60};

// The pause before the next attempt, or nullopt: give the error to the caller. `attempts` have been made; `idempotent`: doing it twice is doing it
// once; `jitter` in [0, 1). After a 429 nothing has happened, so everything may be repeated; after 500, 502, 503 and 504 only what is idempotent.
// The server's Retry-After counts; without it 100 ms doubling to 5 s, spread over the upper half.
std::optional<std::chrono::milliseconds> pause_before_retry(const Error &error, int attempts, bool idempotent, double jitter);

} // namespace controller::kube
