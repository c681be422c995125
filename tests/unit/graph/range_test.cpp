// `history -r`: both ends, newest first.
#include "migrator/graph/range.h"

#include <gtest/gtest.h>

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
  const char *range;
  const char *answer;
};

std::ostream &operator<<(std::ostream &out, const Case &row) {
  return out << row.graph << " at [" << row.current << "]: " << row.range;
}

class Range : public ::testing::TestWithParam<Case> {};

TEST_P(Range, Answers) {
  EXPECT_EQ(text(revisions_in_range(graph(GetParam().graph), words(GetParam().current), GetParam().range)), GetParam().answer);
}

constexpr const char *kLine = "a b:a c:b d:c e:d";
constexpr const char *kFork = "a b1:a#left c1:b1 b2:a#right c2:b2";

INSTANTIATE_TEST_SUITE_P(
    Ends, Range,
    ::testing::Values(
        Case{"Both", kLine, "", "b:d", "d c b"}, Case{"From", kLine, "", "d:", "e d"}, Case{"To", kLine, "", ":b", "b a"},
        Case{"All", kLine, "", ":", "e d c b a"}, Case{"BaseToHead", kLine, "", "base:head", "e d c b a"},
        Case{"One", kLine, "", "c:c", "c"}, Case{"FromCurrent", kLine, "d", "current:", "e d"},
        Case{"ToCurrent", kLine, "c", ":current", "c b a"}, Case{"CurrentToCurrent", kLine, "c", "current:current", "c"},
        Case{"ToCurrentOfNothing", kLine, "", ":current", ""}, Case{"FromCurrentOfNothing", kLine, "", "current:b", "b a"},
        Case{"BelowCurrent", kLine, "d", "-2:current", "d c b"}, Case{"BelowTheHeads", kLine, "", "-1:", "e d"},
        Case{"MoreThanThereAre", kLine, "d", "-100:current", "d c b a"}, Case{"AboveAStart", kLine, "", "b:+2", "d c b"},
        Case{"AboveCurrent", kLine, "b", "current:+1", "c b"}, Case{"MoreThanThereAreAbove", kLine, "", "d:+100", "e d"},
        Case{"CurrentCounted", kLine, "c", "current-1:current+1", "d c b"}, Case{"IdCounted", kLine, "", "b-1:b+1", "c b a"},
        Case{"BaseCounted", kLine, "", ":base+2", "b a"}, Case{"BelowNothing", kLine, "", "-1:current", ""},
        Case{"AllBranches", kFork, "", "a:", "c2 c1 b2 b1 a"}, Case{"OneBranch", kFork, "", "b1:", "c1 b1"},
        Case{"OneBranchByLabel", kFork, "", "left@base:heads", "c1 b1 a"},
        Case{"DependenciesOfTheEnd", "a b:a x y:x>b", "", ":y", "y x b a"},
        Case{"OnlyDescendantsOfTheStart", "a b:a x y:x>b", "", "x:y", "y x"},
        Case{"ThroughWhatOnlyTheJournalKnows", "a ~x:a", "x", "a:current", "x a"}),
    [](const auto &row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Refusals, Range,
    ::testing::Values(
        Case{"NoColon", kLine, "", "b",
             "InvalidTarget: 'b' is not a range; write START:END, START: or :END, such as ae10:head or -3:current [b]"},
        Case{"TwoColons", kLine, "", "a:b:c",
             "InvalidTarget: 'a:b:c' is not a range; write START:END, START: or :END, such as ae10:head or -3:current [a:b:c]"},
        Case{"Backwards", kLine, "", "d:b",
             "InvalidTarget: 'd:b' is not a range: 'd' is not below b; swap the ends or name two revisions of one branch [d]"},
        Case{"BothCounted", kLine, "c", "-1:+1",
             "InvalidTarget: '-1:+1' counts both ends from each other; name one of them [-1:+1]"},
        Case{"BeginsUp", kLine, "c", "+1:d",
             "InvalidTarget: '+1:d' begins with +N, but a range begins below its end; use -N [+1:d]"},
        Case{"EndsDown", kLine, "c", "a:-1",
             "InvalidTarget: 'a:-1' ends with -N, but a range ends above its beginning; use +N [a:-1]"},
        Case{"HeadOfSeveral", kFork, "", ":head",
             "MultipleHeads: 'head' means several revisions: c1 and c2; name one by its id or with LABEL@head, take all with "
             "heads, or "
             "join them with `migrator merge heads` [c1 c2]"},
        Case{"BelowSeveral", kFork, "c1 c2", "-1:current",
             "AmbiguousWalk: '-1' is ambiguous: the database is at c1 and c2; say which with LABEL@-1, or name a revision [c1 "
             "c2]"},
        Case{"UnknownDatabase", kLine, "zzz", ":current",
             "MissingRevision: the database is at revision 'zzz', which neither the revision files nor the journal know; run "
             "with the "
             "files that hold it, or, if you know where the schema stands, say so with `migrator stamp --purge` [zzz]"}),
    [](const auto &row) { return row.param.name; });

} // namespace
} // namespace migrator::graph
