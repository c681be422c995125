// What the API server, or the way to it, can answer with instead of a result. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace controller::kube {

enum class ErrorKind : std::uint8_t {
  NotFound,        // 404
  AlreadyExists,   // 409, reason AlreadyExists
  Conflict,        // 409 otherwise: somebody wrote in between; read again, derive again
  Expired,         // 410, or "too large resource version": the resourceVersion or continue token is of no use any more
  Invalid,         // 400, 413, 415, 422: the request itself is refused; the same request never succeeds
  Forbidden,       // 403: RBAC, quota or admission; the message says which
  Unauthorized,    // 401, after the credentials were read anew once
  TooManyRequests, // 429, after the retries of the client
  ServerError,     // 5xx, after the retries of the client
  Unreachable,     // no connection, or it broke before the answer was whole; a write may or may not have happened
  TimedOut,        // no answer in time; as Unreachable
  Stopped,         // the caller's stop token
  BadAnswer,       // an answer that is not what the API promises: not JSON, a list without items
};

struct Error {
  ErrorKind kind = ErrorKind::Unreachable;
  int status = 0;      // HTTP's; 0 when there was no answer
  std::string reason;  // metav1.Status reason ("AlreadyExists"), empty if there is none
  std::string message; // for a person; holds no token and no header
  std::optional<std::chrono::seconds> retry_after;
};

template <typename T> using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return tl::unexpected<Error>(Error{kind, 0, {}, std::move(message), {}});
}

} // namespace controller::kube
