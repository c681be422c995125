// See rest_client.h: the process's own time and chance.
#include <condition_variable>
#include <mutex>
#include <random>

#include "operator/kube/rest_client.h"

namespace controller::kube {

Timing real_timing() {
  Timing timing;
  timing.now = [] { return std::chrono::steady_clock::now(); };
  timing.pause = [](std::chrono::nanoseconds length, const std::stop_token &stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock<std::mutex> lock(mutex);
    never.wait_for(lock, stop, length, [] { return false; });
    return !stop.stop_requested();
  };
  timing.jitter = [] {
    thread_local std::minstd_rand generator(std::random_device{}());
    return std::uniform_real_distribution<double>(0, 1)(generator);
  };
  return timing;
}

} // namespace controller::kube
