// upgrade(): where each kind of target leads, and what it refuses. The graphs are those of docs/targets.md and Alembic's rules.
#include <gtest/gtest.h>

#include "migrator/graph/walk.h"
#include "tests/unit/graph/graphs.h"

namespace migrator::graph {
namespace {

using testing::graph;
using testing::text;
using testing::words;

struct Case {
  const char *name;
  const char *graph;
  const char *current;
  const char *target;
  const char *answer;
};

std::ostream &operator<<(std::ostream &out, const Case &row) {
  return out << row.graph << " at [" << row.current << "] to " << row.target;
}

class Upgrade : public ::testing::TestWithParam<Case> {};

TEST_P(Upgrade, Answers) {
  const RevisionMap map = graph(GetParam().graph);
  EXPECT_EQ(text(upgrade(map, words(GetParam().current), GetParam().target)), GetParam().answer);
}

constexpr const char *kLine = "a b:a c:b d:c";
constexpr const char *kFork = "a b1:a#left c1:b1 b2:a#right c2:b2 d2:c2";

INSTANTIATE_TEST_SUITE_P(
    Targets, Upgrade,
    ::testing::Values(
        Case{"Head", kLine, "", "head", "+a +b +c +d => d"}, Case{"HeadFromTheMiddle", kLine, "b", "head", "+c +d => d"},
        Case{"HeadWhenThere", kLine, "d", "head", "nothing => d"}, Case{"HeadWithoutFiles", "", "", "head", "nothing => "},
        Case{"Id", kLine, "a", "c", "+b +c => c"}, Case{"AppliedTargetIsAnEmptyPlan", kLine, "c", "b", "nothing => c"},
        Case{"Base", kLine, "c", "base", "nothing => c"}, Case{"PlusOne", kLine, "b", "+1", "+c => c"},
        Case{"PlusTwoFromNothing", kLine, "", "+2", "+a +b => b"}, Case{"IdPlusTwo", kLine, "", "a+2", "+a +b +c => c"},
        Case{"BasePlusTwo", kLine, "", "base+2", "+a +b => b"}, Case{"HeadMinusOne", kLine, "", "head-1", "+a +b +c => c"},
        Case{"IdDownToBase", kLine, "b", "a-1", "nothing => b"}, Case{"ZeroFromAnId", kLine, "", "b+0", "+a +b => b"},
        Case{"Heads", kFork, "", "heads", "+a +b1 +b2 +c1 +c2 +d2 => c1 d2"},
        Case{"LabelHead", kFork, "", "right@head", "+a +b2 +c2 +d2 => d2"},
        Case{"LabelHeadBesideAnotherBranch", kFork, "c1", "right@head", "+b2 +c2 +d2 => c1 d2"},
        Case{"LabelUpOfABranchNotStarted", kFork, "c1", "right@+1", "+b2 => b2 c1"},
        Case{"LabelUpFromNothing", kFork, "", "right@+2", "+a +b2 => b2"},
        Case{"LabelUpFromItsRow", kFork, "b1 b2", "right@+1", "+c2 => b1 c2"},
        Case{"LabelBaseUp", kFork, "", "left@base+3", "+a +b1 +c1 => c1"},
        Case{"AncestorsOfAMerge", "a b:a c:a m:b,c", "b", "m", "+c +m => m"},
        Case{"Dependencies", "a b:a x y:x>b", "", "y", "+a +b +x +y => y"},
        Case{"DependencyImpliesItsRow", "a x>a", "a", "x", "+x => x"},
        Case{"DependencyOnALabel", "a#shop b:a x>shop", "", "x", "+a +x => x"},
        Case{"TiesById", "a z:a m:a b:a", "a", "heads", "+b +m +z => b m z"},
        Case{"MultipleHeads", kFork, "", "head",
             "MultipleHeads: 'head' means several revisions: c1 and d2; name one by its id or with LABEL@head, take all with "
             "heads, "
             "or join them with `migrator merge heads` [c1 d2]"},
        Case{"MinusOne", kLine, "b", "-1",
             "InvalidTarget: '-1' cannot be gone up to: it lies on the other side of where the database is; use `migrator "
             "downgrade`, or name a revision [-1]"},
        Case{
            "TooFar", kLine, "c", "+2",
            "OutOfRange: '+2' goes past the end of the history: 1 of 2 steps up, to 'd', can be taken; use fewer, or `head` [d]"},
        Case{"HeadPlusOne", kLine, "", "head+1",
             "OutOfRange: 'head+1' goes past the end of the history: 0 of 1 steps up, to 'd', can be taken; use fewer, or `head` "
             "[d]"},
        Case{"PlusOneAtABranchPoint", kFork, "a", "+1",
             "AmbiguousWalk: '+1' is ambiguous: after a come b1 and b2; name one of them, or a branch with LABEL@+N [b1 b2]"},
        Case{"PlusOneFromSeveralHeads", kFork, "b1 b2", "+1",
             "AmbiguousWalk: '+1' is ambiguous: the database is at b1 and b2; say which with LABEL@+1, or name a revision [b1 "
             "b2]"},
        Case{"LabelUpFromSeveralOfItsRows", "a#all b:a c:a d:b", "b c", "all@+1",
             "AmbiguousWalk: 'all@+1' is ambiguous: the database is at b and c; say which with LABEL@+1, or name a revision [b "
             "c]"},
        Case{"MinusThroughAMerge", "a b:a c:a m:b,c", "", "m-1",
             "AmbiguousWalk: 'm-1' is ambiguous: m merges b and c; name the one to go to [b c]"},
        Case{"UnknownDatabase", kLine, "c zzz", "head",
             "MissingRevision: the database is at revision 'zzz', which neither the revision files nor the journal know; run "
             "with the "
             "files that hold it, or, if you know where the schema stands, say so with `migrator stamp --purge` [zzz]"},
        Case{"ToWhatOnlyTheJournalKnows", "a ~x:a", "a", "x",
             "UnknownRevision: revision 'x' is in no revision file; what the journal keeps of it is enough to go down, not up: "
             "run "
             "with the files that hold it [x]"},
        Case{"JournalRevisionsAreNoWayUp", "a b:a ~x:a", "a", "+1", "+b => b"}),
    [](const auto &row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(AheadAndDiverged, Upgrade,
                         ::testing::Values(Case{"Ahead", "a b:a ~x:b", "x", "head", "ahead => x"},
                                           Case{"AheadAtLabelHead", "a b:a#shop ~x:b", "x", "shop@head", "ahead => x"},
                                           Case{"AheadAtHeads", "a b:a ~x:b", "x", "heads", "ahead => x"},
                                           Case{"AheadIsOnlyForHeadLikeTargets", "a b:a ~x:b", "x", "b", "nothing => x"},
                                           Case{"AheadElsewhereAndBehindHere", "a b:a ~x", "a x", "head", "+b => b x"},
                                           Case{"Diverged", "a b:a ~x:a", "x", "head",
                                                "Diverged: the database and the revision files have diverged: the database is at "
                                                "x, which no file holds, and lacks b; run "
                                                "with files that hold both, or go down to 'a' first [x b]"},
                                           Case{"DivergedByDependency", "a b>a ~x>a", "x", "heads",
                                                "Diverged: the database and the revision files have diverged: the database is at "
                                                "x, which no file holds, and lacks b; run "
                                                "with files that hold both, or go down to 'a' first [x b]"},
                                           Case{"AnExplicitTargetMayDiverge", "a b:a ~x:a", "x", "b", "+b => b x"}),
                         [](const auto &row) { return row.param.name; });

TEST(Upgrade, StrictMakesAheadAnError) {
  const RevisionMap map = graph("a b:a ~x:b");
  EXPECT_EQ(
      text(upgrade(map, {"x"}, "head", true)),
      "Ahead: the database is ahead of the revision files: it is at x, which no file holds; run with the files that hold it, or "
      "without --strict [x]");
  EXPECT_EQ(text(upgrade(map, {"b"}, "head", true)), "nothing => b");
}

TEST(Upgrade, SortsTheRowsItBeganWith) {
  const Result<Walk> walk = upgrade(graph(kFork), {"b2", "b1", "b2"}, "heads");
  ASSERT_TRUE(walk);
  EXPECT_EQ(walk->heads_before, words("b1 b2"));
}

struct OfflineCase {
  const char *name;
  Direction direction;
  const char *range;
  const char *answer;
};

std::ostream &operator<<(std::ostream &out, const OfflineCase &row) {
  return out << row.range;
}

class Offline : public ::testing::TestWithParam<OfflineCase> {};

TEST_P(Offline, Answers) {
  EXPECT_EQ(text(offline_walk(graph(kLine), GetParam().direction, GetParam().range)), GetParam().answer);
}

INSTANTIATE_TEST_SUITE_P(
    Ranges, Offline,
    ::testing::Values(
        OfflineCase{"UpFromBase", Direction::Up, "b", "+a +b => b"},
        OfflineCase{"UpFromAStart", Direction::Up, "b:head", "+c +d => d"},
        OfflineCase{"UpCounted", Direction::Up, "b:+1", "+c => c"},
        OfflineCase{"UpFromBaseNamed", Direction::Up, "base:a", "+a => a"},
        OfflineCase{"NothingBetween", Direction::Up, "b:b", "nothing => b"},
        OfflineCase{"Down", Direction::Down, "d:b", "-d -c => b"},
        OfflineCase{"DownToBase", Direction::Down, "head:base", "-d -c -b -a => "},
        OfflineCase{"DownCounted", Direction::Down, "c:-1", "-c => b"},
        OfflineCase{"DownWithoutAStart", Direction::Down, "b",
                    "InvalidTarget: 'b' does not say where to start, and no database is asked; write START:END, such "
                    "as ae10:base [b]"},
        OfflineCase{"NoStart", Direction::Up, ":b",
                    "InvalidTarget: ':b' is not START:END; write both ends, such as base:head [:b]"},
        OfflineCase{"NoEnd", Direction::Down,
                    "b:", "InvalidTarget: 'b:' is not START:END; write both ends, such as base:head [b:]"},
        OfflineCase{"ThreeParts", Direction::Up, "a:b:c",
                    "InvalidTarget: 'a:b:c' is not START:END; write both ends, such as base:head [a:b:c]"},
        OfflineCase{"RelativeStart", Direction::Up, "+1:d",
                    "InvalidTarget: '+1' counts from where the database is, which has no meaning here; name a revision "
                    "[+1]"}),
    [](const auto &row) { return row.param.name; });

} // namespace
} // namespace migrator::graph
