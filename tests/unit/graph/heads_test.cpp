// The rows of the version table that each kind of step takes away and adds.
#include "migrator/graph/heads.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/graph/graphs.h"

namespace migrator::graph {
namespace {

using testing::graph;
using testing::words;

struct Case {
  const char *name;
  const char *graph;
  const char *heads;
  Direction direction;
  const char *revision;
  const char *removed;
  const char *added;
};

std::ostream &operator<<(std::ostream &out, const Case &row) {
  return out << row.graph << " at [" << row.heads << "] " << name(row.direction) << " " << row.revision;
}

class HeadChanges : public ::testing::TestWithParam<Case> {};

TEST_P(HeadChanges, Answers) {
  const RevisionMap map = graph(GetParam().graph);
  const Result<HeadChange> change = head_change(map, words(GetParam().heads), {GetParam().revision, GetParam().direction});
  ASSERT_TRUE(change) << change.error().message;
  EXPECT_EQ(*change, (HeadChange{words(GetParam().removed), words(GetParam().added)}));
}

constexpr Direction kUp = Direction::Up;
constexpr Direction kDown = Direction::Down;

INSTANTIATE_TEST_SUITE_P(
    Steps, HeadChanges,
    ::testing::Values(
        Case{"Insert", "a b:a x", "b", kUp, "x", "", "x"}, Case{"Update", "a b:a", "a", kUp, "b", "a", "b"},
        Case{"Branch", "a b:a c:a", "b", kUp, "c", "", "c"}, Case{"Merge", "a b:a c:a m:b,c", "b c", kUp, "m", "b c", "m"},
        Case{"MergeOfWhatADependencyImplies", "a b:a c:a x:b>c m:b,c", "x", kUp, "m", "", "m"},
        Case{"DependencyLosesItsRow", "a x>a", "a", kUp, "x", "a", "x"}, Case{"DownUpdate", "a b:a", "b", kDown, "b", "b", "a"},
        Case{"DownToBase", "a x", "a x", kDown, "a", "a", ""}, Case{"Unmerge", "a b:a c:a m:b,c", "m", kDown, "m", "m", "b c"},
        Case{"UnmergeWhereAnotherRowImpliesOne", "a b:a c:a m:b,c d:b", "d m", kDown, "m", "m", "c"},
        Case{"DeleteWhereAnotherRowImpliesIt", "a b:a c:a", "b c", kDown, "c", "c", ""},
        Case{"UnmergeWhereOneParentImpliesTheOther", "a b>a m:a,b z", "m z", kDown, "m", "m", "b"},
        Case{"DependencyGetsItsRowBack", "a x>a", "x", kDown, "x", "x", "a"},
        Case{"ARowTooManyGoesWithItsChild", "a b:a c:a,b", "a b", kUp, "c", "a b", "c"},
        Case{"ARowTooManyIsNotAddedTwice", "a b:a", "a b", kDown, "b", "b", ""}),
    [](const auto &row) { return row.param.name; });

TEST(HeadTracker, EndsWithAnEmptyTableAtBase) {
  const RevisionMap map = graph("a b:a");
  Result<HeadTracker> tracker = HeadTracker::at(map, {"b"});
  ASSERT_TRUE(tracker);
  ASSERT_TRUE(tracker->apply({"b", kDown}));
  ASSERT_TRUE(tracker->apply({"a", kDown}));
  EXPECT_TRUE(tracker->heads().empty());
}

TEST(HeadTracker, RefusesStepsThatDoNotFitAndStaysAsItWas) {
  const RevisionMap map = graph("a b:a c:b");
  Result<HeadTracker> tracker = HeadTracker::at(map, {"b"});
  ASSERT_TRUE(tracker);
  struct Misfit {
    WalkStep step;
    const char *why;
  };
  const Misfit misfits[] = {{{"b", kUp}, "it is applied"},
                            {{"c", kDown}, "it is not applied"},
                            {{"a", kDown}, "something applied needs it"},
                            {{"z", kUp}, "no such revision"}};
  for (const Misfit &misfit : misfits) {
    const Result<HeadChange> change = tracker->apply(misfit.step);
    ASSERT_FALSE(change);
    EXPECT_EQ(testing::text(change.error()),
              fmt::format("Internal: a step {} through '{}' does not fit the version table: {}; please report this [{}]",
                          name(misfit.step.direction), misfit.step.revision, misfit.why, misfit.step.revision));
  }
  EXPECT_EQ(tracker->heads(), words("b"));
  Result<HeadTracker> empty = HeadTracker::at(map, {});
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->apply({"b", kUp}).error().message,
            "a step up through 'b' does not fit the version table: something it needs is not applied; please report this");
}

TEST(HeadTracker, RefusesRowsThatNobodyKnows) {
  const RevisionMap map = graph("a");
  const Result<HeadTracker> tracker = HeadTracker::at(map, {"zzz"});
  ASSERT_FALSE(tracker);
  EXPECT_EQ(tracker.error().code, ErrorCode::MissingRevision);
  EXPECT_EQ(tracker.error().subject, words("zzz"));
}

} // namespace
} // namespace migrator::graph
