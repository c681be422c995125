// What a RevisionMap refuses, in words, and what it answers.
#include "migrator/graph/revision_map.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/unit/graph/graphs.h"

namespace migrator::graph {
namespace {

using testing::graph;
using testing::nodes;
using testing::text;
using testing::words;

using Strings = std::vector<std::string>;

struct Refusal {
  const char *name;
  const char *graph;
  const char *error;
};

std::ostream &operator<<(std::ostream &out, const Refusal &refusal) {
  return out << refusal.graph;
}

class Build : public ::testing::TestWithParam<Refusal> {};

TEST_P(Build, Refuses) {
  const Result<RevisionMap> map = RevisionMap::build(nodes(GetParam().graph));
  ASSERT_FALSE(map);
  EXPECT_EQ(text(map.error()), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Graphs, Build,
    ::testing::Values(
        Refusal{"MissingParent", "a b:1975ea83b712 1975ea83b713",
                "InvalidGraph: revision 'b' (m/b.sql) has down_revision '1975ea83b712', which is the id of no revision file; put "
                "that file back, or correct the down_revision; did you mean 1975ea83b713? [b 1975ea83b712]"},
        Refusal{
            "MissingDependency", "a b:a>billing",
            "InvalidGraph: revision 'b' (m/b.sql) depends_on 'billing', which is neither the id nor a label of a revision file; "
            "put that file back, or correct the depends_on [b billing]"},
        Refusal{
            "DependencyMisspelt", "a#billing b>biling",
            "InvalidGraph: revision 'b' (m/b.sql) depends_on 'biling', which is neither the id nor a label of a revision file; "
            "put that file back, or correct the depends_on; did you mean billing? [b biling]"},
        Refusal{
            "LabelAsParent", "a#billing b:billing",
            "InvalidGraph: revision 'b' (m/b.sql) has down_revision 'billing', which is a label; a down_revision is an id: write "
            "a [b billing]"},
        Refusal{"ParentKnownToTheJournalOnly", "~a b:a",
                "InvalidGraph: revision 'b' (m/b.sql) has down_revision 'a', which only the database's journal knows; put its "
                "revision file back [b a]"},
        Refusal{"LabelTwice", "a#shop b:a#shop",
                "InvalidGraph: label 'shop' is on two revisions: 'a' (m/a.sql) and 'b' (m/b.sql); give one of them another label "
                "[a b]"},
        Refusal{
            "LabelIsAnId", "a#b b:a",
            "InvalidGraph: label 'b' of revision 'a' (m/a.sql) is also the id of a revision (m/b.sql); give the label another "
            "name [a b]"},
        Refusal{"SelfCycle", "a b:b",
                "CycleDetected: revision 'b' (m/b.sql) is its own down_revision; name the revision before it "
                "there, or none [b]"},
        Refusal{"SelfCycleByDependency", "a b:a>b",
                "CycleDetected: revision 'b' (m/b.sql) depends_on itself; take that depends_on out [b]"},
        Refusal{"SelfCycleByLabel", "a b:a>shop#shop",
                "CycleDetected: revision 'b' (m/b.sql) depends_on itself; take that depends_on out [b]"},
        Refusal{"LongCycle", "z d:c c:b b:d a:d",
                "CycleDetected: the revisions form a cycle: 'b' (m/b.sql) has down_revision 'd', 'd' (m/d.sql) has down_revision "
                "'c', 'c' (m/c.sql) has down_revision 'b'; change one of these so that there is a first one [b d c]"},
        Refusal{"CycleByDependency", "a b:a>shop c:b#shop",
                "CycleDetected: the revisions form a cycle: 'b' (m/b.sql) depends_on 'c', 'c' (m/c.sql) has down_revision 'b'; "
                "change one of these so that there is a first one [b c]"}),
    [](const auto &row) { return row.param.name; });

TEST(Build, NamesBothFilesOfADuplicate) {
  std::vector<Node> both = nodes("a b:a b");
  both[1].path = "m/1.sql";
  both[2].path = "m/2.sql";
  const Result<RevisionMap> map = RevisionMap::build(both);
  ASSERT_FALSE(map);
  EXPECT_EQ(text(map.error()),
            "InvalidGraph: revision 'b' is there twice: in m/1.sql and in m/2.sql; give one of them another id [b]");
}

TEST(Build, NamesACycleOfAHundredThousandInShort) {
  std::vector<Node> circle = testing::chain(100000);
  circle.front().down_revisions = {circle.back().id};
  const Result<RevisionMap> map = RevisionMap::build(circle);
  ASSERT_FALSE(map);
  EXPECT_EQ(map.error().code, ErrorCode::CycleDetected);
  EXPECT_EQ(map.error().subject.size(), 100000U);
  EXPECT_EQ(map.error().subject.front(), testing::chain_id(0));
  EXPECT_NE(map.error().message.find(" and 99990 more;"), std::string::npos);
  EXPECT_LT(map.error().message.size(), 1000U);
}

TEST(Build, TakesTheFileWhereTheJournalHasTheSameRevision) {
  const RevisionMap map = graph("~b a b:a");
  EXPECT_EQ(map.size(), 2U);
  EXPECT_TRUE(map.find("b")->in_files);
  EXPECT_EQ(map.find("b")->down_revisions, Strings{"a"});
}

TEST(Build, TakesTheFilesLabelBeforeTheJournals) {
  const RevisionMap map = graph("a b:a#shop ~x:a#shop");
  EXPECT_EQ(map.resolve("shop"), "b");
}

TEST(Build, KeepsParentsThatOnlyTheJournalNames) {
  const RevisionMap map = graph("a ~x:gone,a");
  ASSERT_NE(map.find("gone"), nullptr);
  EXPECT_FALSE(map.find("gone")->known);
  EXPECT_EQ(map.ancestors({"x"}), (Strings{"a", "gone", "x"}));
  EXPECT_EQ(map.heads(), Strings{"a"});
}

TEST(Build, TakesAnEmptyGraph) {
  const RevisionMap map = graph("");
  EXPECT_TRUE(map.nodes().empty());
  EXPECT_TRUE(map.heads().empty());
  EXPECT_TRUE(map.bases().empty());
}

// a - b - d(merge of b, c) - e      f (needs c), its own base, with g above
//  \ c#shop /                        ~x above e, in the journal only
const char *const kShop = "a b:a c:a#shop d:b,c e:d f>shop#billing g:f ~x:e";

TEST(RevisionMap, StandsInTopologicalOrderWithTiesById) {
  const RevisionMap map = graph(kShop);
  Strings order;
  for (const Node &node : map.nodes()) order.push_back(node.id);
  EXPECT_EQ(order, words("a b c d e f g x"));
}

TEST(RevisionMap, KnowsHeadsBasesAndPoints) {
  const RevisionMap map = graph(kShop);
  EXPECT_EQ(map.heads(), words("e g"));
  EXPECT_EQ(map.bases(), words("a f"));
  EXPECT_EQ(map.branch_points(), Strings{"a"});
  EXPECT_EQ(map.merge_points(), Strings{"d"});
  EXPECT_EQ(map.children("a"), words("b c"));
  EXPECT_EQ(map.children("e"), Strings{"x"});
  EXPECT_EQ(map.dependencies("f"), Strings{"c"});
  EXPECT_EQ(map.dependents("c"), Strings{"f"});
  EXPECT_TRUE(map.dependents("a").empty());
  EXPECT_TRUE(map.children("nosuch").empty());
  EXPECT_TRUE(map.dependencies("nosuch").empty());
  EXPECT_TRUE(map.dependents("nosuch").empty());
}

TEST(RevisionMap, RealHeadsAreThoseThatNothingDependsOn) {
  const RevisionMap map = graph("a b:a c>b");
  EXPECT_EQ(map.heads(), words("b c"));
  EXPECT_EQ(map.real_heads(), Strings{"c"});
}

TEST(RevisionMap, GivesAncestorsAndDescendantsWithAndWithoutDependencies) {
  const RevisionMap map = graph(kShop);
  EXPECT_EQ(map.ancestors({"g"}), words("a c f g"));
  EXPECT_EQ(map.ancestors({"g"}, false), words("f g"));
  EXPECT_EQ(map.descendants({"c"}), words("c d e f g x"));
  EXPECT_EQ(map.descendants({"c"}, false), words("c d e x"));
  EXPECT_EQ(map.ancestors({"b", "nosuch"}), words("a b"));
  EXPECT_TRUE(map.descendants({}).empty());
}

TEST(RevisionMap, LabelsCoverTheirBranch) {
  const RevisionMap map = graph(kShop);
  EXPECT_EQ(map.labels(), (std::vector<std::pair<std::string, std::string>>{{"billing", "f"}, {"shop", "c"}}));
  EXPECT_TRUE(map.effective_labels("a").empty()); // a branch point is on no single branch
  EXPECT_TRUE(map.effective_labels("b").empty());
  EXPECT_EQ(map.effective_labels("c"), Strings{"shop"});
  EXPECT_EQ(map.effective_labels("e"), Strings{"shop"});
  EXPECT_EQ(map.effective_labels("g"), Strings{"billing"}); // dependencies carry no labels
  EXPECT_TRUE(map.effective_labels("nosuch").empty());
}

TEST(RevisionMap, LabelsReachDownToTheBranchPoint) {
  const RevisionMap map = graph("a b:a c:b d:c#late e:a f:d");
  EXPECT_TRUE(map.effective_labels("a").empty());
  EXPECT_EQ(map.effective_labels("b"), Strings{"late"});
  EXPECT_EQ(map.effective_labels("f"), Strings{"late"});
  EXPECT_TRUE(map.effective_labels("e").empty());
}

struct Naming {
  const char *name;
  const char *typed;
  const char *answer;
};

std::ostream &operator<<(std::ostream &out, const Naming &naming) {
  return out << naming.typed;
}

class Resolve : public ::testing::TestWithParam<Naming> {};

TEST_P(Resolve, Answers) {
  const RevisionMap map = graph("ae1027a6acf0 ae10ffffffff 1975ea83b712 27c6 27c61 beef#billing x9#unique");
  const Result<std::string> id = map.resolve(GetParam().typed);
  EXPECT_EQ(id ? *id : text(id.error()), GetParam().answer);
}

INSTANTIATE_TEST_SUITE_P(
    Names, Resolve,
    ::testing::Values(
        Naming{"FullId", "1975ea83b712", "1975ea83b712"}, Naming{"Prefix", "1975", "1975ea83b712"},
        Naming{"OneLeadingCharacter", "1", "1975ea83b712"}, Naming{"FullIdThatIsAlsoAPrefix", "27c6", "27c6"},
        Naming{"Label", "billing", "beef"}, Naming{"PrefixOfALabel", "uniq", "x9"},
        Naming{"SeveralIds", "ae1",
               "AmbiguousRevision: 'ae1' is the beginning of several revisions: ae1027a6acf0 and ae10ffffffff; give "
               "more characters [ae1027a6acf0 ae10ffffffff]"},
        Naming{"AnIdAndALabel", "b", "beef"},
        Naming{"Unknown", "zzzz",
               "UnknownRevision: there is no revision or label 'zzzz'; `migrator history` lists what there is [zzzz]"},
        Naming{"NearMiss", "1957ea",
               "UnknownRevision: there is no revision or label '1957ea'; did you mean 1975ea83b712? [1957ea "
               "1975ea83b712]"},
        Naming{"Symbol", "haed",
               "UnknownRevision: there is no revision or label 'haed'; did you mean head and heads? [haed head heads]"},
        Naming{"SymbolInCapitals", "BASE",
               "UnknownRevision: there is no revision or label 'BASE'; did you mean base? [BASE base]"},
        Naming{"TypedTooMuch", "billings",
               "UnknownRevision: there is no revision or label 'billings'; did you mean billing? [billings billing]"},
        Naming{"Empty", "", "InvalidTarget: an empty revision names nothing; give an id, the beginning of one, or a label []"}),
    [](const auto &row) { return row.param.name; });

} // namespace
} // namespace migrator::graph
