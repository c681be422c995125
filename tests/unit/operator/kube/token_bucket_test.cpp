// The bucket, with times of the test's own.
#include "operator/kube/token_bucket.h"

#include <gtest/gtest.h>

namespace controller::kube {
namespace {

using namespace std::chrono_literals;
const TokenBucket::Time kStart{1000s};

TEST(TokenBucket, GivesTheBurstAtOnceAndThenTheRate) {
  TokenBucket bucket(10, 3, kStart);
  for (int taken = 0; taken < 3; ++taken) EXPECT_EQ(bucket.take(kStart), 0ns);
  EXPECT_EQ(bucket.take(kStart), 100ms);
  EXPECT_EQ(bucket.take(kStart), 200ms) << "who comes later waits longer";
  EXPECT_EQ(bucket.take(kStart + 300ms), 0ns) << "two were promised, the third has come";
}

TEST(TokenBucket, FillsNoHigherThanTheBurst) {
  TokenBucket bucket(10, 2, kStart);
  EXPECT_EQ(bucket.take(kStart + 1h), 0ns);
  EXPECT_EQ(bucket.take(kStart + 1h), 0ns);
  EXPECT_EQ(bucket.take(kStart + 1h), 100ms);
}

TEST(TokenBucket, ATimeBeforeTheLastOneFillsNothing) {
  TokenBucket bucket(10, 1, kStart);
  EXPECT_EQ(bucket.take(kStart + 1s), 0ns);
  EXPECT_EQ(bucket.take(kStart), 100ms);
}

TEST(TokenBucket, WithoutARateThereIsNoLimit) {
  TokenBucket bucket(0, 1, kStart);
  for (int taken = 0; taken < 1000; ++taken) ASSERT_EQ(bucket.take(kStart), 0ns);
}

TEST(TokenBucket, ABurstOfNothingIsOne) {
  TokenBucket bucket(1, 0, kStart);
  EXPECT_EQ(bucket.take(kStart), 0ns);
  EXPECT_EQ(bucket.take(kStart), 1s);
}

} // namespace
} // namespace controller::kube
