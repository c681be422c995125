// The operator's one HTTP listener: /metrics for Prometheus, /healthz and /readyz for the kubelet. It answers GET and HEAD of these three and nothing else,
// reads no body and knows no secret.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <tl/expected.hpp>

namespace controller::telemetry {

// What a probe finds: empty means well; otherwise a sentence a fault, shown in the answer (503).
using Probe = std::function<std::string()>;

struct Pages {
  std::function<std::string()> metrics;
  Probe alive;
  Probe ready;
};

class HttpListener {
public:
  // `address` as --listen: "0.0.0.0:8080", "[::]:8080", "127.0.0.1:0" (any free port). The functions are called from its threads, until it is gone.
  // An error: a sentence that names the address.
  static tl::expected<std::unique_ptr<HttpListener>, std::string> listen(const std::string &address, Pages pages);
  virtual ~HttpListener() = default;
  virtual int port() const = 0;
};

} // namespace controller::telemetry
