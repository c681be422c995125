// How long a look that ended with an error waits for the next one. Pure.
#pragma once

#include <algorithm>
#include <chrono>

#include "operator/kube/error.h"

namespace controller::control {

// `backoff`: the queue's. A conflict is looked at again at once; what the client tried several times already, and what somebody must mend first,
// is not tried again so soon: a stuck object costs at most a few requests a minute.
inline std::chrono::milliseconds retry_wait(kube::ErrorKind kind, std::chrono::milliseconds backoff) {
  using std::chrono::milliseconds;
  switch (kind) {
  case kube::ErrorKind::Conflict:
  case kube::ErrorKind::AlreadyExists:
  case kube::ErrorKind::NotFound:
  case kube::ErrorKind::Expired:
    return backoff;
  case kube::ErrorKind::TooManyRequests:
  case kube::ErrorKind::ServerError:
  case kube::ErrorKind::Unreachable:
  case kube::ErrorKind::TimedOut:
  case kube::ErrorKind::Stopped:
    return std::max(backoff, milliseconds(5'000));
  case kube::ErrorKind::Invalid:
  case kube::ErrorKind::Forbidden:
  case kube::ErrorKind::Unauthorized:
  case kube::ErrorKind::BadAnswer:
    return std::max(backoff, milliseconds(30'000));
  }
  return backoff;
}

} // namespace controller::control
