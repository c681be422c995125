// How long a run waits before its next attempt. Pure.
#pragma once

#include <chrono>

namespace controller::reconcile {

// After the attempt numbered `attempt`, from 1: 10 s, 20 s, 40 s … up to 5 minutes, spread by `jitter` in [0, 1) over a quarter less and a quarter more,
// and never past 5 minutes.
std::chrono::seconds backoff(int attempt, double jitter);

// Between attempts of a run that stays Stalled: 10 minutes, a tenth less or more.
std::chrono::seconds long_wait(double jitter);

// Until a time of the interval: itself and up to a tenth more.
std::chrono::seconds spread_interval(std::chrono::seconds interval, double jitter);

} // namespace controller::reconcile
