// The waits of keys that fail.
#include "operator/queue/backoff.h"

#include <gtest/gtest.h>

namespace {

using namespace controller::queue;
using std::chrono::milliseconds;

const Key kOne{Kind::Migration, {"n", "one"}};
const Key kPodOne{Kind::Pod, {"n", "one"}};

TEST(Backoff, DoublesFromFiveMillisecondsToAThousandSeconds) {
  Backoff backoff;
  EXPECT_EQ(backoff.failed(kOne), milliseconds(5));
  EXPECT_EQ(backoff.failed(kOne), milliseconds(10));
  EXPECT_EQ(backoff.failed(kOne), milliseconds(20));
  for (int i = 0; i < 100; ++i) backoff.failed(kOne);
  EXPECT_EQ(backoff.failed(kOne), milliseconds(1'000'000));
}

TEST(Backoff, SuccessForgetsTheKeyAndNothingElse) {
  Backoff backoff;
  backoff.failed(kOne);
  backoff.failed(kPodOne);
  backoff.succeeded(kOne);
  EXPECT_EQ(backoff.size(), 1U);
  EXPECT_EQ(backoff.failed(kOne), milliseconds(5));
  EXPECT_EQ(backoff.failed(kPodOne), milliseconds(10));
  EXPECT_EQ(backoff.failures(kPodOne), 2);
}

} // namespace
