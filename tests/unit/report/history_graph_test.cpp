#include "migrator/report/history_graph.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace migrator::report {
namespace {

constexpr Style kUnicode{false, true};
constexpr Style kAscii{false, false};

std::string testdata(const std::string &name) {
  std::ifstream file(std::string(MIGRATOR_TESTDATA) + "/report/" + name);
  EXPECT_TRUE(file) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// A line each: "id[*|-]: parents [/ needs]"; * applied, - not applied.
std::vector<GraphRevision> graph(const std::string &text) {
  std::vector<GraphRevision> revisions;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    GraphRevision revision;
    std::istringstream words(line);
    words >> revision.id;
    revision.id.pop_back();
    if (revision.id.back() == '*' || revision.id.back() == '-') {
      revision.applied = revision.id.back() == '*';
      revision.id.pop_back();
    }
    std::vector<std::string> *into = &revision.parents;
    for (std::string word; words >> word;) {
      if (word == "/")
        into = &revision.needs;
      else
        into->push_back(word);
    }
    revision.text = revision.id;
    revisions.push_back(std::move(revision));
  }
  return revisions;
}

class Drawing : public testing::TestWithParam<std::string> {};

TEST_P(Drawing, IsTheGoldenOne) {
  const std::vector<GraphRevision> revisions = graph(testdata(GetParam() + ".graph"));
  const std::optional<std::string> unicode = draw_graph(revisions, kUnicode);
  const std::optional<std::string> ascii = draw_graph(revisions, kAscii);
  ASSERT_TRUE(unicode && ascii);
  EXPECT_EQ(*unicode + "\n" + *ascii, testdata(GetParam() + ".golden"));
}

INSTANTIATE_TEST_SUITE_P(Graphs, Drawing,
                         testing::Values("chain", "branch", "merge", "octopus", "crossing", "two_bases", "dependency", "applied",
                                         "criss_cross", "nested"),
                         [](const auto &given) { return given.param; });

TEST(DrawGraph, NothingIsNothing) {
  EXPECT_EQ(draw_graph({}, kUnicode), "");
}

TEST(DrawGraph, TextOfSeveralLinesStandsBesideTheLines) {
  EXPECT_EQ(draw_graph({{"a", {}, {}, {}, "a\nsecond\n"}, {"c", {"a"}, {}, {}, "c"}, {"b", {"a"}, {}, {}, "b\n\nthird"}}, kAscii),
            "* c\n"
            "| * b\n"
            "| |\n"
            "| | third\n"
            "+-'\n"
            "* a\n"
            "  second\n");
}

TEST(DrawGraph, ParentsOutsideAreLeftOut) {
  EXPECT_EQ(draw_graph({{"b", {"a"}, {"x"}, {}, "b"}, {"c", {"b"}, {}, {}, "c"}}, kAscii), "* c\n* b\n");
}

TEST(DrawGraph, TooWideIsNoPicture) {
  std::vector<GraphRevision> heads{{"base", {}, {}, {}, "base"}};
  for (std::size_t i = 0; i <= kMostColumns; ++i) heads.push_back({"h" + std::to_string(i), {"base"}, {}, {}, "h"});
  EXPECT_EQ(draw_graph({heads.begin(), heads.end() - 1}, kAscii).has_value(), true);
  std::vector<GraphRevision> merge = heads;
  merge.push_back({"m", {}, {}, {}, "m"});
  for (const GraphRevision &head : heads)
    if (head.id != "base") merge.back().parents.push_back(head.id);
  EXPECT_EQ(draw_graph(merge, kAscii), std::nullopt);
}

TEST(DrawGraph, AChainOfAHundredThousand) {
  std::vector<GraphRevision> chain;
  for (int i = 0; i < 100'000; ++i) {
    chain.push_back({std::to_string(i), {}, {}, {}, std::to_string(i)});
    if (i > 0) chain.back().parents.push_back(std::to_string(i - 1));
  }
  const std::optional<std::string> drawing = draw_graph(chain, kAscii);
  ASSERT_TRUE(drawing);
  EXPECT_EQ(drawing->substr(0, 18), "* 99999\n* 99998\n* ");
  EXPECT_EQ(drawing->substr(drawing->size() - 4), "* 0\n");
}

// The ids of an ASCII drawing of revisions whose text is their id, from top to bottom.
std::vector<std::string> nodes_of(const std::string &drawing) {
  std::vector<std::string> ids;
  std::istringstream lines(drawing);
  for (std::string line; std::getline(lines, line);)
    if (line.find('*') != std::string::npos) ids.push_back(line.substr(line.rfind(' ') + 1));
  return ids;
}

TEST(DrawGraph, EveryRevisionOnceAndBeforeWhatItNeeds) {
  rc::check([] {
    const auto size = *rc::gen::inRange<std::size_t>(0, 30);
    std::vector<GraphRevision> revisions;
    for (std::size_t i = 0; i < size; ++i) {
      GraphRevision revision{"r" + std::to_string(i), {}, {}, {}, "r" + std::to_string(i)};
      for (std::vector<std::string> *into : {&revision.parents, &revision.needs}) {
        const auto count = *rc::gen::inRange<std::size_t>(0, 3);
        for (std::size_t k = 0; i > 0 && k < count; ++k)
          into->push_back("r" + std::to_string(*rc::gen::inRange<std::size_t>(0, i)));
      }
      revisions.push_back(std::move(revision));
    }
    std::reverse(revisions.begin(), revisions.end());
    const std::optional<std::string> drawing = draw_graph(revisions, kAscii);
    RC_ASSERT(drawing.has_value());
    const std::vector<std::string> nodes = nodes_of(*drawing);
    RC_ASSERT(nodes.size() == size);
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < nodes.size(); ++i) places[nodes[i]] = i;
    RC_ASSERT(places.size() == size);
    for (const GraphRevision &revision : revisions)
      for (const std::vector<std::string> &below : {revision.parents, revision.needs})
        for (const std::string &id : below) RC_ASSERT(places[revision.id] < places[id]);
  });
}

} // namespace
} // namespace migrator::report
