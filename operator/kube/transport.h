// One HTTP exchange with one server, without a thought of what it means: what lies between the client's rules and the library that speaks HTTP.
// Adapter: cpprest_transport.h. No retry, no credential of its own, no redirect followed.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "operator/kube/error.h"

namespace controller::kube {

// What the client shows in the TLS handshake, both as PEM. None: empty texts.
struct Identity {
  std::string certificate; // with its chain
  std::string key;
  friend bool operator==(const Identity &, const Identity &) = default;
};

struct Request {
  std::string method;
  std::string target; // "/api/v1/pods?limit=500", encoded
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  Identity identity; // no connection that showed another one is used
};

struct Response {
  int status = 0;
  std::optional<std::string> retry_after; // the header, as sent
  std::string body;                       // of a stream: only if the status is not 200
};

// The bytes as they come, in pieces of any size; an error ends the stream with it.
using OnPiece = std::function<Status(std::string_view)>;

// Thread-safe. Errors: Unreachable, with the reason in words (refused, not resolved, certificate not trusted, cut off); TimedOut; Stopped;
// BadAnswer for what is not HTTP or larger than can be meant.
class Transport {
public:
  virtual ~Transport() = default;
  // `limit`: from the beginning to the last byte.
  virtual Result<Response> exchange(const Request &request, std::chrono::milliseconds limit, std::stop_token stop) = 0;
  // `silence`: the longest time without a byte. Returns once the server has ended the stream.
  virtual Result<Response> stream(const Request &request, std::chrono::milliseconds silence, std::stop_token stop,
                                  const OnPiece &on_piece) = 0;
};

} // namespace controller::kube
