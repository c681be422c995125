// Client over a Transport: which request each call is, when it is sent again, how fast requests go, and what their answers mean. Every wait ends
// with the stop token of its settings.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>

#include "operator/kube/client.h"
#include "operator/kube/credentials.h"
#include "operator/kube/load.h"
#include "operator/kube/transport.h"

namespace controller::kube {

// Time and chance, so that tests own them.
struct Timing {
  std::function<std::chrono::steady_clock::time_point()> now;
  std::function<bool(std::chrono::nanoseconds, std::stop_token)> pause; // waits; false: stopped before it was over
  std::function<double()> jitter;                                       // in [0, 1)
};
Timing real_timing();

struct RestSettings {
  double qps = 20;
  int burst = 30;
  std::chrono::milliseconds limit = std::chrono::seconds(30); // of one exchange, from its beginning to its last byte
  std::stop_token stop;
  RequestObserver observer;
  Timing timing = real_timing();
};

std::unique_ptr<Client> make_rest_client(std::unique_ptr<Transport> transport, std::unique_ptr<Credentials> credentials,
                                         RestSettings settings);

} // namespace controller::kube
