// See http_listener.h. The one file that includes civetweb.
#include "operator/telemetry/http_listener.h"

#include <array>
#include <exception>
#include <string_view>
#include <utility>

#include <civetweb.h>

namespace controller::telemetry {

namespace {

void answer(mg_connection *connection, int code, const char *text, const char *type, const std::string &body) {
  const bool head = std::string_view(mg_get_request_info(connection)->request_method) == "HEAD";
  mg_printf(
      connection,
      "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
      code, text, type, body.size());
  if (!head) mg_write(connection, body.data(), body.size());
}

constexpr const char *kPlain = "text/plain; charset=utf-8";

bool refused_method(mg_connection *connection) {
  const std::string_view method = mg_get_request_info(connection)->request_method;
  if (method == "GET" || method == "HEAD") return false;
  answer(connection, 405, "Method Not Allowed", kPlain, "only GET and HEAD are served\n");
  return true;
}

// civetweb is C: no exception may pass it.
template <typename Page> int guarded(mg_connection *connection, Page page) {
  try {
    page();
    return 200;
  } catch (const std::exception &exception) {
    answer(connection, 500, "Internal Server Error", kPlain, std::string(exception.what()) + "\n");
    return 500;
  }
}

int serve_metrics(mg_connection *connection, void *pages) {
  return guarded(connection, [&] {
    if (!refused_method(connection))
      answer(connection, 200, "OK", "text/plain; version=0.0.4; charset=utf-8", static_cast<Pages *>(pages)->metrics());
  });
}

void serve_probe(mg_connection *connection, const Probe &probe) {
  if (refused_method(connection)) return;
  const std::string fault = probe();
  if (fault.empty()) {
    answer(connection, 200, "OK", kPlain, "ok\n");
  } else {
    answer(connection, 503, "Service Unavailable", kPlain, fault + "\n");
  }
}

int serve_alive(mg_connection *connection, void *pages) {
  return guarded(connection, [&] { serve_probe(connection, static_cast<Pages *>(pages)->alive); });
}

int serve_ready(mg_connection *connection, void *pages) {
  return guarded(connection, [&] { serve_probe(connection, static_cast<Pages *>(pages)->ready); });
}

int serve_nothing(mg_connection *connection, void *) {
  answer(connection, 404, "Not Found", kPlain, "see /metrics, /healthz and /readyz\n");
  return 404;
}

int silent(const mg_connection *, const char *) {
  return 1;
} // its messages would bypass the log

class CivetListener : public HttpListener {
public:
  explicit CivetListener(Pages pages) : pages_(std::move(pages)) {}
  ~CivetListener() override {
    if (context_ != nullptr) mg_stop(context_);
  }
  CivetListener(const CivetListener &) = delete;
  CivetListener &operator=(const CivetListener &) = delete;

  bool start(const std::string &address) {
    const std::array<const char *, 11> options{
        "listening_ports",  address.c_str(), "num_threads", "2", "request_timeout_ms", "5000", "enable_keep_alive", "no",
        "max_request_size", "8192",          nullptr};
    mg_callbacks callbacks{};
    callbacks.log_message = silent;
    context_ = mg_start(&callbacks, nullptr, const_cast<const char **>(options.data()));
    if (context_ == nullptr) return false;
    mg_set_request_handler(context_, "/metrics$", serve_metrics, &pages_);
    mg_set_request_handler(context_, "/healthz$", serve_alive, &pages_);
    mg_set_request_handler(context_, "/readyz$", serve_ready, &pages_);
    mg_set_request_handler(context_, "**", serve_nothing, nullptr);
    return true;
  }

  int port() const override {
    mg_server_port ports{};
    return mg_get_server_ports(context_, 1, &ports) == 1 ? ports.port : 0;
  }

private:
  Pages pages_;
  mg_context *context_ = nullptr;
};

} // namespace

tl::expected<std::unique_ptr<HttpListener>, std::string> HttpListener::listen(const std::string &address, Pages pages) {
  auto listener = std::make_unique<CivetListener>(std::move(pages));
  if (!listener->start(address))
    return tl::unexpected("cannot listen on " + address +
                          ": the address is taken, or not one of this machine; choose another with --listen");
  return listener;
}

} // namespace controller::telemetry
