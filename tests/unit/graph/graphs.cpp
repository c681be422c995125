// See graphs.h.
#include "tests/unit/graph/graphs.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

namespace migrator::graph::testing {

namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

// What stands in `word` after `mark`, up to the next mark.
std::vector<std::string> part(std::string_view word, char mark) {
  const std::size_t at = word.find(mark);
  if (at == std::string_view::npos) return {};
  word.remove_prefix(at + 1);
  return split(word.substr(0, word.find_first_of(":>#")), ',');
}

} // namespace

std::vector<Node> nodes(std::string_view text) {
  std::vector<Node> result;
  for (const std::string &word : split(text, ' ')) {
    Node node;
    node.in_files = word.front() != '~';
    const std::string_view written = std::string_view(word).substr(node.in_files ? 0 : 1);
    node.id = std::string(written.substr(0, written.find_first_of(":>#")));
    node.down_revisions = part(written, ':');
    node.depends_on = part(written, '>');
    node.labels = part(written, '#');
    node.path = node.in_files ? "m/" + node.id + ".sql" : "journal of " + node.id;
    result.push_back(std::move(node));
  }
  return result;
}

RevisionMap graph(std::string_view text) {
  Result<RevisionMap> map = RevisionMap::build(nodes(text));
  if (!map) {
    std::fprintf(stderr, "graph \"%s\": %s\n", std::string(text).c_str(), map.error().message.c_str());
    std::abort();
  }
  return std::move(*map);
}

std::vector<Node> random_nodes(std::mt19937_64 &random, std::size_t most) {
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  std::vector<Node> result(1 + below(most));
  for (std::size_t i = 0; i < result.size(); ++i) {
    Node &node = result[i];
    node.id = fmt::format("{:06x}{:02x}", random() & 0xFFFFFFU, i & 0xFFU);
    node.path = "m/" + node.id + ".sql";
    if (i == 0) continue;
    const std::size_t kind = below(100);
    // Mostly the recent past, so that large graphs have long branches.
    const auto earlier = [&] { return result[i - 1 - below(std::min<std::size_t>(i, 6))].id; };
    if (kind >= 10) node.down_revisions.push_back(earlier());
    if (kind >= 80) {
      const std::string second = earlier();
      if (second != node.down_revisions.front()) node.down_revisions.push_back(second);
    }
    if (below(8) == 0) node.depends_on.push_back(earlier());
    if (below(8) == 0) node.labels.push_back(fmt::format("label_{}", i));
  }
  std::shuffle(result.begin(), result.end(), random);
  return result;
}

std::string chain_id(std::size_t number) {
  return fmt::format("r{:06}", number);
}

std::vector<Node> chain(std::size_t length) {
  std::vector<Node> result(length);
  for (std::size_t i = 0; i < length; ++i) {
    result[i].id = chain_id(i);
    if (i > 0) result[i].down_revisions = {chain_id(i - 1)};
  }
  return result;
}

} // namespace migrator::graph::testing
