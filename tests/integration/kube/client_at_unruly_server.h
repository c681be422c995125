// What the tests of this folder share: a client whose server is told what to answer, and whose pauses are written down instead of waited for.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "operator/kube/cpprest_transport.h"
#include "operator/kube/rest_client.h"
#include "tests/support/unruly_server.h"

namespace controller::kube {

// A metav1.Status as the API server sends it.
inline Json status_object(int code, const std::string &reason, const std::string &message) {
  return {{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", Json::object()}, {"status", "Failure"},
          {"code", code},     {"reason", reason},   {"message", message}};
}

inline Json answer_of(int code, const Json &body) {
  return {{"status", code}, {"body", body.dump()}};
}

inline Json failure(int code, const std::string &reason, const std::string &message) {
  return answer_of(code, status_object(code, reason, message));
}

class ClientAtUnrulyServer : public testing::Test {
protected:
  ClientAtUnrulyServer() { client_ = make(fixed_credentials({"secret-token", {}})); }

  std::unique_ptr<Client> make(std::unique_ptr<Credentials> credentials) {
    RestSettings settings;
    settings.qps = 0;
    settings.limit = limit_;
    settings.stop = stop_.get_token();
    settings.observer = [this](const RequestSeen &seen) {
      observed_.push_back(std::string(seen.verb) + " " + std::string(seen.resource) + " " + std::to_string(seen.code));
    };
    settings.timing = real_timing();
    settings.timing.jitter = [] { return 0.0; };
    settings.timing.pause = [this](std::chrono::nanoseconds length, const std::stop_token &stop) {
      pauses_.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(length).count());
      return !stop.stop_requested();
    };
    return make_rest_client(make_cpprest_transport({false, "127.0.0.1", server_.port(), {}}, {}), std::move(credentials),
                            std::move(settings));
  }

  UnrulyServer server_;
  std::chrono::milliseconds limit_ = std::chrono::seconds(20);
  std::stop_source stop_;
  std::vector<std::string> observed_;
  std::vector<long> pauses_; // milliseconds
  std::unique_ptr<Client> client_;
};

inline constexpr ResourceType kConfigMaps{"", "v1", "configmaps"};

} // namespace controller::kube
