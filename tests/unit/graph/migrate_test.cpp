// migrate_to(): several targets, what stays untouched, and when it refuses to go down.
#include <gtest/gtest.h>

#include "migrator/graph/walk.h"
#include "tests/unit/graph/graphs.h"

namespace migrator::graph {
namespace {

using testing::graph;
using testing::text;
using testing::words;

constexpr MigrateOptions kUpOnly{};
constexpr MigrateOptions kDown{true, false, false};
constexpr MigrateOptions kExact{true, true, false};
constexpr MigrateOptions kStrict{false, false, true};

struct Case {
  const char *name;
  const char *graph;
  const char *current;
  const char *targets;
  MigrateOptions options;
  const char *answer;
};

std::ostream &operator<<(std::ostream &out, const Case &row) {
  return out << row.graph << " at [" << row.current << "] to " << row.targets;
}

class MigrateTo : public ::testing::TestWithParam<Case> {};

TEST_P(MigrateTo, Answers) {
  const RevisionMap map = graph(GetParam().graph);
  EXPECT_EQ(text(migrate_to(map, words(GetParam().current), words(GetParam().targets), GetParam().options)), GetParam().answer);
}

constexpr const char *kLine = "a b:a c:b";
constexpr const char *kFork = "a b1:a#left c1:b1 b2:a#right c2:b2";

INSTANTIATE_TEST_SUITE_P(
    Targets, MigrateTo,
    ::testing::Values(Case{"Head", kLine, "a", "head", kUpOnly, "+b +c => c"},
                      Case{"HeadWhenThere", kLine, "c", "head", kUpOnly, "nothing => c"},
                      Case{"Id", kLine, "", "b", kUpOnly, "+a +b => b"},
                      Case{"IdWhenThere", kLine, "b", "b", kUpOnly, "nothing => b"},
                      Case{"SeveralIds", kFork, "", "b1 c2", kUpOnly, "+a +b1 +b2 +c2 => b1 c2"},
                      Case{"OneBelowTheOther", kLine, "a", "b c", kUpOnly, "+b +c => c"},
                      Case{"LabelHead", kFork, "b1", "right@head", kUpOnly, "+b2 +c2 => b1 c2 (untouched b1)"},
                      Case{"OtherHeadsStay", kFork, "c1 b2", "c2", kUpOnly, "+c2 => c1 c2 (untouched c1)"},
                      Case{"Down", kLine, "c", "a", kDown, "-c -b => a"},
                      Case{"DownToBase", kLine, "b", "base", kDown, "-b -a => "},
                      Case{"DownTakesDependents", "a b:a x y:x>b", "y", "a", kDown, "-y -b => a x (untouched x)"},
                      Case{"DownAndUp", kFork, "c1", "b1 c2", kDown, "-c1 +b2 +c2 => b1 c2"},
                      Case{"DownLeavesOtherBranches", kFork, "c1 c2", "b1", kDown, "-c1 => b1 c2 (untouched c2)"},
                      Case{"DownKeepsWhatAnotherTargetNeeds", kFork, "c1 c2", "a c2", kDown, "-c1 -b1 => c2"},
                      Case{"NothingDownForWhatIsNotApplied", kFork, "c1", "b2", kUpOnly, "+b2 => b2 c1 (untouched c1)"},
                      Case{"LabelBase", "a#left b:a x#right y:x", "b y", "right@base", kDown, "-y -x => b (untouched b)"},
                      Case{"ThroughWhatOnlyTheJournalKnows", "a b:a ~x:b ~y:x", "y", "b", kDown, "-y -x => b"},
                      Case{"ExactTakesOtherHeadsAway", kFork, "c1 c2", "b1", kExact, "-c2 -c1 -b2 => b1"},
                      Case{"ExactWithSeveral", kFork, "c1 c2", "b1 b2", kExact, "-c2 -c1 => b1 b2"},
                      Case{"ExactBase", kFork, "c1 c2", "base", kExact, "-c2 -c1 -b2 -b1 -a => "},
                      Case{"ExactWhenThere", kFork, "c1 b2", "c1 b2", MigrateOptions{false, true, false}, "nothing => b2 c1"},
                      Case{"Ahead", "a b:a ~x:b", "x", "head", kUpOnly, "ahead => x (untouched x)"},
                      Case{"NamedHeadsAreNotAhead", "a b:a ~x:b", "x", "head x", kStrict, "nothing => x"},
                      Case{"HeadLikeNeverGoesDown", "a b:a ~x:b", "x", "head", kDown, "ahead => x (untouched x)"},
                      Case{"DownOfWhatTheFilesLackIsNotDiverged", "a b:a ~x:a", "x", "a head", kDown, "-x +b => b"}),
    [](const auto &row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Refusals, MigrateTo,
    ::testing::Values(
        Case{"DownNotAllowed", kLine, "c", "a", kUpOnly,
             "DownNotAllowed: going to a would take down c and b; allow it with --allow-down, or choose a target that keeps them "
             "[c "
             "b]"},
        Case{"DownNotAllowedForOne", kLine, "c", "b", kUpOnly,
             "DownNotAllowed: going to b would take down c; allow it with --allow-down, or choose a target that keeps it [c]"},
        Case{"ExactIsNoLeaveToGoDown", kFork, "c1 c2", "c1", MigrateOptions{false, true, false},
             "DownNotAllowed: going to c1 would take down c2 and b2; allow it with --allow-down, or choose a target that keeps "
             "them "
             "[c2 b2]"},
        Case{"ExactHead", kLine, "c", "head", kExact,
             "InvalidTarget: 'head' cannot be exact, for head-like targets never go down; name the revisions [head]"},
        Case{"ExactLabelBase", kFork, "c1", "left@base", kExact,
             "InvalidTarget: 'left@base' cannot be exact, for it names nothing that stays; use base to take everything down "
             "[left@base]"},
        Case{"BaseBesideAnother", kLine, "c", "base b", kDown,
             "InvalidTarget: 'base' takes everything down, so no other target can stand beside it [base]"},
        Case{"Relative", kLine, "c", "-1", kDown,
             "InvalidTarget: '-1' counts from where the database is, so another run would mean another revision; name the "
             "revision "
             "[-1]"},
        Case{"NoTargets", kLine, "c", "", kDown,
             "InvalidTarget: migrate needs at least one target: head, heads, base, an id, or LABEL@head []"},
        Case{"Strict", "a b:a ~x:b", "x", "head", kStrict,
             "Ahead: the database is ahead of the revision files: it is at x, which no file holds; run with the files that hold "
             "it, or "
             "without --strict [x]"},
        Case{"Diverged", "a b:a ~x:a", "x", "head", kDown,
             "Diverged: the database and the revision files have diverged: the database is at x, which no file holds, and lacks "
             "b; run "
             "with files that hold both, or go down to 'a' first [x b]"},
        Case{"UpToWhatOnlyTheJournalKnows", "a ~x:a", "a", "x", kUpOnly,
             "UnknownRevision: revision 'x' is in no revision file; what the journal keeps of it is enough to go down, not up: "
             "run "
             "with the files that hold it [x]"},
        Case{"UnknownDatabase", kLine, "zzz", "head", kUpOnly,
             "MissingRevision: the database is at revision 'zzz', which neither the revision files nor the journal know; run "
             "with the "
             "files that hold it, or, if you know where the schema stands, say so with `migrator stamp --purge` [zzz]"},
        Case{"MultipleHeads", kFork, "", "head", kUpOnly,
             "MultipleHeads: 'head' means several revisions: c1 and c2; name one by its id or with LABEL@head, take all with "
             "heads, or "
             "join them with `migrator merge heads` [c1 c2]"}),
    [](const auto &row) { return row.param.name; });

} // namespace
} // namespace migrator::graph
