// What is sent again, and after how long.
#include "operator/kube/retry.h"

#include <gtest/gtest.h>

namespace controller::kube {
namespace {

using namespace std::chrono_literals;
using Pause = std::optional<std::chrono::milliseconds>;

struct Case {
  std::string name;
  Error error;
  int attempts;
  bool idempotent;
  double jitter;
  Pause pause;
};

Error error(ErrorKind kind, int status, std::optional<std::chrono::seconds> retry_after = {}) {
  return {kind, status, {}, {}, retry_after};
}

class Retry : public testing::TestWithParam<Case> {};

TEST_P(Retry, PausesOrGivesUp) {
  EXPECT_EQ(pause_before_retry(GetParam().error, GetParam().attempts, GetParam().idempotent, GetParam().jitter),
            GetParam().pause);
}

const Error kBusy = error(ErrorKind::TooManyRequests, 429);
const Error kBroken = error(ErrorKind::ServerError, 500);

INSTANTIATE_TEST_SUITE_P(
    Policy, Retry,
    testing::Values(Case{"FirstPause", kBroken, 1, true, 0, 50ms}, Case{"FirstPauseSpread", kBroken, 1, true, 0.98, 99ms},
                    Case{"SecondPause", kBroken, 2, true, 0, 100ms}, Case{"LastPause", kBroken, 9, true, 0, 2500ms},
                    Case{"Ten", kBroken, 10, true, 0, std::nullopt}, Case{"NotIdempotent", kBroken, 1, false, 0, std::nullopt},
                    Case{"BusyNotIdempotent", kBusy, 1, false, 0, 50ms},
                    Case{"Unavailable", error(ErrorKind::ServerError, 503), 1, true, 0, 50ms},
                    Case{"NotImplemented", error(ErrorKind::ServerError, 501), 1, true, 0, std::nullopt},
                    Case{"TooLargeVersion", error(ErrorKind::Expired, 504), 1, true, 0, std::nullopt},
                    Case{"Conflict", error(ErrorKind::Conflict, 409), 1, true, 0, std::nullopt},
                    Case{"Wish", error(ErrorKind::TooManyRequests, 429, 3s), 1, true, 0, 3000ms},
                    Case{"WishSpread", error(ErrorKind::TooManyRequests, 429, 3s), 5, false, 0.5, 3050ms},
                    Case{"LongestWish", error(ErrorKind::TooManyRequests, 429, 60s), 1, true, 0, 60'000ms},
                    Case{"TooLongWish", error(ErrorKind::TooManyRequests, 429, 61s), 1, true, 0, std::nullopt},
                    Case{"WishAtTen", error(ErrorKind::TooManyRequests, 429, 1s), 10, true, 0, std::nullopt}),
    [](const auto &tested) { return tested.param.name; });

} // namespace
} // namespace controller::kube
