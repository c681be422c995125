// The grammar of targets, what they mean, and what junk gets.
#include "migrator/graph/target.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/graph/graphs.h"

namespace migrator::graph {
namespace {

using testing::graph;
using testing::text;

struct Spelling {
  const char *name;
  std::string typed;
  const char *answer; // "label|symbol|offset"
};

std::ostream &operator<<(std::ostream &out, const Spelling &spelling) {
  return out << spelling.typed;
}

class ParseTarget : public ::testing::TestWithParam<Spelling> {};

TEST_P(ParseTarget, Answers) {
  const Result<Target> target = parse_target(GetParam().typed);
  const std::string answer = target ? fmt::format("{}|{}|{}", target->label.value_or("-"), target->symbol.value_or("-"),
                                                  target->offset ? fmt::format("{:+}", *target->offset) : "-")
                                    : text(target.error());
  EXPECT_EQ(answer, GetParam().answer);
}

#define NOT_A_TARGET(shown, typed)                                                                                               \
  "InvalidTarget: " shown                                                                                                        \
  " is not a target; write head, heads, base, an id or its beginning, or a label, with +N or -N after it "                       \
  "or LABEL@ before it if need be: head, ae10+2, -1, billing@head [" typed "]"

INSTANTIATE_TEST_SUITE_P(
    Texts, ParseTarget,
    ::testing::Values(Spelling{"Head", "head", "-|head|-"}, Spelling{"Id", "ae1027a6acf0", "-|ae1027a6acf0|-"},
                      Spelling{"Up", "+1", "-|-|+1"}, Spelling{"Down", "-12", "-|-|-12"}, Spelling{"IdUp", "ae10+2", "-|ae10|+2"},
                      Spelling{"HeadDown", "head-1", "-|head|-1"}, Spelling{"LabelHead", "shop@head", "shop|head|-"},
                      Spelling{"LabelUp", "shop@+1", "shop|-|+1"}, Spelling{"LabelBaseUp", "shop@base+2", "shop|base|+2"},
                      Spelling{"LabelWithHyphen", "my-shop@-1", "my-shop|-|-1"},
                      Spelling{"EighteenDigits", "+999999999999999999", "-|-|+999999999999999999"},
                      Spelling{"HugeCount", "+99999999999999999999",
                               "InvalidTarget: the count in '+99999999999999999999' is too large; use head or base to go all the "
                               "way [+99999999999999999999]"},
                      Spelling{"Empty", "", NOT_A_TARGET("''", "")}, Spelling{"Blank", "a b", NOT_A_TARGET("'a b'", "a b")},
                      Spelling{"NoCount", "ae10+", NOT_A_TARGET("'ae10+'", "ae10+")},
                      Spelling{"TwoCounts", "ae10+1+1", NOT_A_TARGET("'ae10+1+1'", "ae10+1+1")},
                      Spelling{"AfterTheCount", "ae10+1x", NOT_A_TARGET("'ae10+1x'", "ae10+1x")},
                      Spelling{"NoLabel", "@head", NOT_A_TARGET("'@head'", "@head")},
                      Spelling{"NothingOnTheBranch", "shop@", NOT_A_TARGET("'shop@'", "shop@")},
                      Spelling{"TwoLabels", "a@b@head", NOT_A_TARGET("'a@b@head'", "a@b@head")},
                      Spelling{"Range", "a:b", NOT_A_TARGET("'a:b'", "a:b")},
                      Spelling{"ControlCharacters", "a\n\x1b[1m", NOT_A_TARGET("'a\\x0a\\x1b[1m'", "a\n\x1b[1m")},
                      Spelling{"Latin1", "caf\xe9", NOT_A_TARGET("'caf\\xe9'", "caf\xe9")}),
    [](const auto &row) { return row.param.name; });

TEST(ParseTarget, CutsWhatIsTooLongToShow) {
  const Result<Target> target = parse_target(std::string(5000, '!'));
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().message.substr(0, 90), "'" + std::string(64, '!') + "...' is not a target; wri");
}

struct Meaning {
  const char *name;
  const char *target;
  const char *answer;
};

std::ostream &operator<<(std::ostream &out, const Meaning &meaning) {
  return out << meaning.target;
}

class ResolveTarget : public ::testing::TestWithParam<Meaning> {};

// Two branches off a; f with its own base depends on c; h1, h2 above c.
TEST_P(ResolveTarget, Answers) {
  const RevisionMap map = graph("a1 b1:a1#left c1:a1#right h1:c1 h2:c1 f1>c1 ~x1:b1");
  EXPECT_EQ(text(resolve_target(map, GetParam().target)), GetParam().answer);
}

INSTANTIATE_TEST_SUITE_P(
    Targets, ResolveTarget,
    ::testing::Values(
        Meaning{"Base", "base", ""}, Meaning{"Heads", "heads", "b1 f1 h1 h2"}, Meaning{"LabelHead", "left@head", "b1"},
        Meaning{"LabelHeads", "right@heads", "h1 h2"}, Meaning{"LabelBase", "left@base", ""}, Meaning{"Id", "h1", "h1"},
        Meaning{"Prefix", "f", "f1"}, Meaning{"JournalOnly", "x1", "x1"}, Meaning{"IdAsLabel", "b1@head", "b1"},
        Meaning{"IdUp", "left@a1+1", "b1"}, Meaning{"IdDown", "h1-2", "a1"}, Meaning{"DownToBase", "a1-1", ""},
        Meaning{"PrefixWithinABranch", "left@b", "b1"},
        Meaning{
            "Head", "head",
            "MultipleHeads: 'head' means several revisions: b1, f1, h1 and h2; name one by its id or with LABEL@head, take all "
            "with heads, or join them with `migrator merge heads` [b1 f1 h1 h2]"},
        Meaning{"LabelHeadOfSeveral", "right@head",
                "MultipleHeads: 'right@head' means several revisions: h1 and h2; name one by its id or with LABEL@head, take all "
                "with "
                "heads, or join them with `migrator merge heads` [h1 h2]"},
        Meaning{"JournalOnlyIsNoHead", "x1@head", "b1"},
        Meaning{"NotOnTheBranch", "left@h1",
                "InvalidTarget: h1 is not on the branch 'left'; name it without left@, or name a revision of that branch [h1]"},
        Meaning{
            "AmbiguousWithinABranch", "right@h",
            "AmbiguousRevision: 'h' is the beginning of several revisions on the branch 'right': h1 and h2; give more characters "
            "[h1 h2]"},
        Meaning{"NoSuchLabel", "nosuch@head",
                "UnknownRevision: there is no revision or label 'nosuch'; `migrator history` lists what there is [nosuch]"},
        Meaning{"NoSuchLabelAtBase", "nosuch@base",
                "UnknownRevision: there is no revision or label 'nosuch'; `migrator history` lists what there is [nosuch]"},
        Meaning{
            "Current", "current",
            "InvalidTarget: 'current' only has a meaning in `migrator history -r`; use +N or -N to count from where the database "
            "is [current]"},
        Meaning{"Relative", "-1",
                "InvalidTarget: '-1' counts from where the database is, which has no meaning here; name a revision [-1]"},
        Meaning{
            "PastTheEnd", "h1+1",
            "OutOfRange: 'h1+1' goes past the end of the history: 0 of 1 steps up, to 'h1', can be taken; use fewer, or `head` "
            "[h1]"},
        Meaning{
            "PastTheBeginning", "h1-4",
            "OutOfRange: 'h1-4' goes past the beginning of the history: 3 of 4 steps down, to base, can be taken; use fewer, or "
            "`base` []"},
        Meaning{"BelowBase", "base-1",
                "OutOfRange: 'base-1' goes past the beginning of the history: 0 of 1 steps down, to base, can be taken; use "
                "fewer, or "
                "`base` []"},
        Meaning{
            "SeveralChildren", "a1+1",
            "AmbiguousWalk: 'a1+1' is ambiguous: after a1 come b1 and c1; name one of them, or a branch with LABEL@+N [b1 c1]"},
        Meaning{
            "SeveralBases", "base+1",
            "AmbiguousWalk: 'base+1' is ambiguous: after base come a1 and f1; name one of them, or a branch with LABEL@+N [a1 "
            "f1]"}),
    [](const auto &row) { return row.param.name; });

} // namespace
} // namespace migrator::graph
