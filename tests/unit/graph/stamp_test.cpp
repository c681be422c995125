// Which rows `stamp` leaves.
#include "migrator/graph/stamp.h"

#include <gtest/gtest.h>

#include "tests/unit/graph/graphs.h"

namespace migrator::graph {
namespace {

using testing::graph;
using testing::text;
using testing::words;

struct Case {
  const char *name;
  const char *current;
  const char *targets;
  bool purge;
  const char *answer;
};

std::ostream &operator<<(std::ostream &out, const Case &row) {
  return out << "[" << row.current << "] to " << row.targets;
}

class Stamp : public ::testing::TestWithParam<Case> {};

// Two branches off a, joined by m; a history of its own, x and y, where y depends on c1.
TEST_P(Stamp, Answers) {
  const RevisionMap map = graph("a b1:a#left c1:b1 b2:a#right c2:b2 m:c1,c2 x#other y:x>c1 ~j:m");
  EXPECT_EQ(text(stamp(map, words(GetParam().current), words(GetParam().targets), GetParam().purge)), GetParam().answer);
}

INSTANTIATE_TEST_SUITE_P(
    Targets, Stamp,
    ::testing::Values(
        Case{"Fresh", "", "c1", false, "c1"}, Case{"UpItsBranch", "b1", "c1", false, "c1"},
        Case{"DownItsBranch", "c1", "b1", false, "b1"}, Case{"WhereItIs", "c1", "c1", false, "c1"},
        Case{"AnotherBranchIsKept", "c1", "b2", false, "b2 c1"}, Case{"BelowBoth", "c1 c2", "a", false, "a"},
        Case{"AboveBoth", "c1 c2", "m", false, "m"}, Case{"Several", "a", "b1 b2", false, "b1 b2"},
        Case{"SeveralMoveEachBranch", "b1 b2", "c1 c2", false, "c1 c2"}, Case{"SeveralOfOneBranch", "", "b1 c1", false, "c1"},
        Case{"ImpliedByADependency", "", "c1 y", false, "y"}, Case{"AcrossADependency", "c1", "y", false, "y"},
        Case{"Heads", "", "heads", false, "m y"}, Case{"LabelHead", "a", "other@head", false, "y"},
        Case{"Base", "c1 x", "base", false, ""}, Case{"LabelBase", "c2 x", "right@base", false, "x"},
        Case{"BaseAndOne", "c1 x", "base x", false, "x"},
        Case{"Counted", "", "m-1", false, "AmbiguousWalk: 'm-1' is ambiguous: m merges c1 and c2; name the one to go to [c1 c2]"},
        Case{"Purge", "c1 zzz", "x", true, "x"}, Case{"PurgeToBase", "zzz", "base", true, ""},
        Case{"WhatOnlyTheJournalKnows", "m", "j", false, "j"},
        Case{"UnknownRow", "c1 zzz", "x", false,
             "MissingRevision: the database is at revision 'zzz', which neither the revision files nor the journal know; run "
             "with the "
             "files that hold it, or, if you know where the schema stands, say so with `migrator stamp --purge` [zzz]"},
        Case{"NoTargets", "c1", "", false,
             "InvalidTarget: stamp needs at least one target: head, heads, base, an id, or LABEL@head []"},
        Case{"Relative", "c1", "-1", false,
             "InvalidTarget: '-1' counts from where the database is, which has no meaning here; name a revision [-1]"},
        Case{"Unknown", "c1", "q", false,
             "UnknownRevision: there is no revision or label 'q'; `migrator history` lists what there is [q]"}),
    [](const auto &row) { return row.param.name; });

TEST(Stamp, HeadWithoutFilesDoesNotEmptyTheTable) {
  EXPECT_EQ(text(stamp(graph("~a"), {"a"}, {"head"}, false)),
            "UnknownRevision: 'head' means nothing: there are no revision files; name a revision, or base [head]");
}

TEST(Stamp, RefusesWhatNobodyKnows) {
  EXPECT_EQ(
      text(stamp(graph("a ~y:gone"), {}, {"gone"}, false)),
      "UnknownRevision: revision 'gone' is known neither to the revision files nor to the journal; run with the files that hold "
      "it [gone]");
}

} // namespace
} // namespace migrator::graph
