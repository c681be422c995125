// A chain of 100,000 revisions: nothing recurses, nothing is quadratic. A quadratic step would take hours here, so the test's own
// time limit is the assertion.
#include <gtest/gtest.h>

#include "migrator/graph/heads.h"
#include "migrator/graph/range.h"
#include "migrator/graph/stamp.h"
#include "migrator/graph/walk.h"
#include "tests/unit/graph/graphs.h"

namespace migrator::graph {
namespace {

using testing::chain_id;

constexpr std::size_t kLength = 100000;

class LongChain : public ::testing::Test {
protected:
  static void SetUpTestSuite() {
    std::vector<Node> chain = testing::chain(kLength);
    chain.front().labels = {"all"};
    map_ = new RevisionMap(*RevisionMap::build(std::move(chain)));
  }
  static void TearDownTestSuite() {
    delete map_;
    map_ = nullptr;
  }
  const std::string first_ = chain_id(0);
  const std::string last_ = chain_id(kLength - 1);
  static RevisionMap *map_;
};

RevisionMap *LongChain::map_ = nullptr;

TEST_F(LongChain, GoesUpAndDownAgain) {
  const Result<Walk> up = upgrade(*map_, {}, "head");
  ASSERT_TRUE(up);
  ASSERT_EQ(up->steps.size(), kLength);
  EXPECT_EQ(up->steps.front().revision, first_);
  EXPECT_EQ(up->heads_after, std::vector<std::string>{last_});
  const Result<Walk> down = downgrade(*map_, up->heads_after, "base");
  ASSERT_TRUE(down);
  ASSERT_EQ(down->steps.size(), kLength);
  EXPECT_EQ(down->steps.front().revision, last_);
  EXPECT_TRUE(down->heads_after.empty());
}

TEST_F(LongChain, CountsFromBothEnds) {
  const Result<Walk> up = upgrade(*map_, {}, "+99999");
  ASSERT_TRUE(up);
  EXPECT_EQ(up->heads_after, std::vector<std::string>{chain_id(kLength - 2)});
  const Result<Walk> down = downgrade(*map_, {last_}, "-99999");
  ASSERT_TRUE(down);
  EXPECT_EQ(down->heads_after, std::vector<std::string>{first_});
  EXPECT_EQ(upgrade(*map_, {}, "+999999999999999999").error().code, ErrorCode::OutOfRange);
}

TEST_F(LongChain, MigratesExactly) {
  const Result<Walk> walk = migrate_to(*map_, {last_}, {first_}, {true, true, false});
  ASSERT_TRUE(walk);
  EXPECT_EQ(walk->steps.size(), kLength - 1);
}

TEST_F(LongChain, FollowsEveryRow) {
  Result<HeadTracker> tracker = HeadTracker::at(*map_, {});
  ASSERT_TRUE(tracker);
  for (const Node &node : map_->nodes()) ASSERT_TRUE(tracker->apply({node.id, Direction::Up}));
  EXPECT_EQ(tracker->heads(), std::vector<std::string>{last_});
}

TEST_F(LongChain, AnswersEverythingElse) {
  EXPECT_EQ(map_->ancestors({last_}).size(), kLength);
  EXPECT_EQ(map_->descendants({first_}).size(), kLength);
  EXPECT_EQ(map_->effective_labels(last_), std::vector<std::string>{"all"});
  EXPECT_EQ(revisions_in_range(*map_, {last_}, "-99999:current")->size(), kLength);
  EXPECT_EQ(stamp(*map_, {first_}, {"head"}, false), std::vector<std::string>{last_});
  EXPECT_EQ(map_->resolve("r09999").error().code, ErrorCode::AmbiguousRevision);
  EXPECT_EQ(map_->resolve("q09999").error().code, ErrorCode::UnknownRevision);
}

} // namespace
} // namespace migrator::graph
