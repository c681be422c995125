// 1,500 random graphs, positions and targets, with what Alembic 1.20.1 answers (testdata/graph/revision_graph.json). Alembic walks
// unordered sets, so steps are compared as a set that is in a possible order, rows as a set, and an error with an error.
#include <algorithm>
#include <cstddef>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "migrator/graph/walk.h"

namespace migrator::graph {
namespace {

using nlohmann::json;

std::vector<Node> read_graph(const json &revisions) {
  std::vector<Node> result;
  for (const json &revision : revisions) {
    Node node;
    node.id = revision["id"];
    node.down_revisions = revision["down"].get<std::vector<std::string>>();
    node.depends_on = revision["depends"].get<std::vector<std::string>>();
    node.labels = revision["labels"].get<std::vector<std::string>>();
    result.push_back(std::move(node));
  }
  return result;
}

// Each revision of the walk after (up) or before (down) those of the walk that it needs.
bool in_possible_order(const RevisionMap &map, const Walk &walk) {
  std::set<std::string> steps;
  for (const WalkStep &step : walk.steps) steps.insert(step.revision);
  std::set<std::string> done;
  for (const WalkStep &step : walk.steps) {
    const Node &node = *map.find(step.revision);
    std::vector<std::string> needs = node.down_revisions;
    for (const std::string &dependency : map.dependencies(node.id)) needs.push_back(dependency);
    for (const std::string &needed : needs) {
      if (steps.count(needed) == 0) continue;
      if ((done.count(needed) > 0) != (step.direction == Direction::Up)) return false;
    }
    done.insert(step.revision);
  }
  return true;
}

TEST(Conformance, AnswersAsAlembicDoes) {
  std::ifstream file(MIGRATOR_TESTDATA "/graph/revision_graph.json");
  const json cases = json::parse(file);
  ASSERT_EQ(cases.size(), 1500U);
  for (std::size_t index = 0; index < cases.size(); ++index) {
    const json &expected = cases[index];
    SCOPED_TRACE("case " + std::to_string(index) + ": " + expected.dump());
    const Result<RevisionMap> map = RevisionMap::build(read_graph(expected["graph"]));
    ASSERT_TRUE(map) << map.error().message;
    const auto current = expected["current"].get<std::vector<std::string>>();
    const std::string target = expected["target"];
    const bool up = expected["op"] == "up";
    const Result<Walk> walk = up ? upgrade(*map, current, target) : downgrade(*map, current, target);

    const json &answer = expected["expect"];
    if (answer.contains("error")) {
      EXPECT_FALSE(walk) << "should be an error: " << answer["error"];
      if (!walk) {
        EXPECT_FALSE(walk.error().message.empty());
      }
      continue;
    }
    ASSERT_TRUE(walk) << walk.error().message;
    std::set<std::string> steps;
    for (const WalkStep &step : walk->steps) {
      steps.insert(step.revision);
      EXPECT_EQ(step.direction, up ? Direction::Up : Direction::Down);
    }
    EXPECT_EQ(steps.size(), walk->steps.size()) << "a revision is walked twice";
    EXPECT_EQ(steps, answer["steps"].get<std::set<std::string>>());
    EXPECT_EQ(walk->heads_after, answer["heads"].get<std::vector<std::string>>());
    EXPECT_TRUE(in_possible_order(*map, *walk));
    EXPECT_EQ(walk->outcome, steps.empty() ? WalkOutcome::NothingToDo : WalkOutcome::Moves);
  }
}

} // namespace
} // namespace migrator::graph
