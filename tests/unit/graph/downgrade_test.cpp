// downgrade(): what each kind of target takes down, and what it refuses. The graphs are those of docs/targets.md and Alembic's rules.
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

class Downgrade : public ::testing::TestWithParam<Case> {};

TEST_P(Downgrade, Answers) {
  const RevisionMap map = graph(GetParam().graph);
  EXPECT_EQ(text(downgrade(map, words(GetParam().current), GetParam().target)), GetParam().answer);
}

constexpr const char *kLine = "a b:a c:b d:c";
constexpr const char *kFork = "a b1:a#left c1:b1 b2:a#right c2:b2";
constexpr const char *kTwoBases = "a#left b:a c:b x#right y:x z:y";
constexpr const char *kMerge = "a d1:a d2:a m:d1,d2";

INSTANTIATE_TEST_SUITE_P(
    Targets, Downgrade,
    ::testing::Values(
        Case{"MinusOne", kLine, "d", "-1", "-d => c"}, Case{"MinusAllOfThem", kLine, "c", "-3", "-c -b -a => "},
        Case{"Id", kLine, "d", "b", "-d -c => b"}, Case{"Base", kLine, "d", "base", "-d -c -b -a => "},
        Case{"BaseOfNothing", kLine, "", "base", "nothing => "}, Case{"TheRevisionItIsAt", kLine, "c", "c", "nothing => c"},
        Case{"IdPlusOneIsAbsolute", kLine, "d", "a+1", "-d -c => b"}, Case{"IdMinusOne", kLine, "d", "c-1", "-d -c => b"},
        Case{"HeadMinusOne", kLine, "d", "head-1", "-d => c"}, Case{"BasePlusOne", kLine, "d", "base+1", "-d -c -b => a"},
        Case{"FirstRevisionMinusOneIsBase", kLine, "b", "a-1", "-b -a => "},
        Case{"BranchPointTakesAllBranches", kFork, "c1 c2", "a", "-c2 -c1 -b2 -b1 => a"},
        Case{"LabelMinusOne", kFork, "c1 c2", "right@-1", "-c2 => b2 c1"},
        Case{"LabelAtABranchPoint", kFork, "c1 c2", "right@a", "-c2 -b2 => c1"},
        Case{"LabelMinusToTheBranchPoint", kFork, "c1 c2", "right@-2", "-c2 -b2 => c1"},
        Case{"MinusOneKeepsToItsBranch", kFork, "c1", "-2", "-c1 -b1 => a"},
        Case{"LabelBaseLeavesTheOtherHistory", kTwoBases, "c z", "right@base", "-z -y -x => c"},
        Case{"LabelBaseAlsoUnwindsASiblingThatSharesTheBase", kFork, "c1 c2", "right@base", "-c2 -c1 -b2 -b1 -a => "},
        Case{"LabelBasePlusTwoTouchesThatBranchAlone", kTwoBases, "c z", "right@base+2", "-z => c y"},
        Case{"FromAMergeToOneParentUndoesOnlyTheMerge", kMerge, "m", "d1", "-m => d1 d2"},
        Case{"TakesDependentsToo", "a b:a x y:x>b z:y", "z", "a", "-z -y -b => a x"},
        Case{"RowOfADependencyComesBack", "a b:a x>b", "x", "x-1", "-x -b -a => "},
        Case{"LabelMinusOneWhereADependencyImpliesTheRow", "a#left b:a x#right y:x>b", "y", "left@-1", "-y -b => a x"},
        Case{"ThroughWhatOnlyTheJournalKnows", "a b:a ~x:b ~y:x", "y", "a", "-y -x -b => a"},
        Case{"MinusOneFromWhatOnlyTheJournalKnows", "a b:a ~x:b", "x", "-1", "-x => b"},
        Case{"JournalRevisionsThatAreNotAppliedDoNotCount", "a b:a ~x:a", "b", "-1", "-b => a"},
        Case{"AboveAnUnknownParent", "a ~y:gone", "y", "-1", "-y => gone"}),
    [](const auto &row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Refusals, Downgrade,
    ::testing::Values(
        Case{"PlusOne", kLine, "b", "+1",
             "InvalidTarget: '+1' cannot be gone down to: it lies on the other side of where the database is; use `migrator "
             "upgrade`, "
             "or name a revision [+1]"},
        Case{"TooFar", kLine, "b", "-3",
             "OutOfRange: '-3' goes past the beginning of the history: 2 of 3 steps down, to base, can be taken; use fewer, or "
             "`base` "
             "[]"},
        Case{"MinusOneOfNothing", kLine, "", "-1",
             "OutOfRange: '-1' goes past the beginning of the history: nothing is applied; `migrator current` shows where the "
             "database is []"},
        Case{"LabelMinusOneOfNothing", kTwoBases, "c", "right@-1",
             "OutOfRange: 'right@-1' goes past the beginning of the history: nothing on that branch is applied; `migrator "
             "current` "
             "shows where the database is []"},
        Case{"MinusOneWithSeveralHeads", kFork, "c1 c2", "-1",
             "AmbiguousWalk: '-1' is ambiguous: the database is at c1 and c2; say which with LABEL@-1, or name a revision [c1 "
             "c2]"},
        Case{"MinusOneOnAMerge", kMerge, "m", "-1",
             "AmbiguousWalk: '-1' is ambiguous: m merges d1 and d2; name the one to go to [d1 d2]"},
        Case{"NotApplied", kLine, "b", "c",
             "InvalidTarget: revision 'c' is not applied, so the database cannot go down to it; `migrator current` shows where "
             "it is, "
             "`migrator upgrade` goes up [c]"},
        Case{"HeldByADependency", "a x>a", "x", "a",
             "InvalidTarget: nothing applied descends from revision 'a', so there is nothing to go down from; it is held by what "
             "depends on it: name a revision below that [a]"},
        Case{"HeadOfSeveral", kFork, "c1 c2", "head",
             "MultipleHeads: 'head' means several revisions: c1 and c2; name one by its id or with LABEL@head, take all with "
             "heads, or "
             "join them with `migrator merge heads` [c1 c2]"},
        Case{"HeadWithoutFiles", "~a", "a", "head",
             "UnknownRevision: 'head' means nothing: there are no revision files; name a revision, or base [head]"},
        Case{"LabelBelowTheTarget", "a#low b:a c:b d:b", "c d", "low@b",
             "InvalidTarget: 'low@b' does not say which branch to take down: above 'b' stand c and d, and none of them leads to "
             "'a'; "
             "name the target without the label [c d]"},
        Case{"UnknownDatabase", kLine, "zzz", "base",
             "MissingRevision: the database is at revision 'zzz', which neither the revision files nor the journal know; run "
             "with the "
             "files that hold it, or, if you know where the schema stands, say so with `migrator stamp --purge` [zzz]"},
        Case{"PastWhatNobodyKnows", "a ~y:gone", "y", "base",
             "MissingRevision: going down meets revision 'gone', which neither the revision files nor the journal know; run with "
             "the "
             "files that hold it, or choose a target above it [gone]"}),
    [](const auto &row) { return row.param.name; });

} // namespace
} // namespace migrator::graph
