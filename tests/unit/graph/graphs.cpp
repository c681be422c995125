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

std::vector<Node> nodes(const std::vector<Shape> &shapes) {
  std::vector<Node> result(shapes.size());
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    Node &node = result[i];
    node.id = fmt::format("{:02x}{:04x}", (i * 0x9DU) & 0xFFU, i);
    node.path = "m/" + node.id + ".sql";
    const auto add = [&](std::vector<std::string> &links, unsigned back) {
      if (back == 0 || back > i) return;
      const std::string &id = result[i - back].id;
      if (std::find(links.begin(), links.end(), id) == links.end()) links.push_back(id);
    };
    add(node.down_revisions, shapes[i].parent);
    if (!node.down_revisions.empty()) add(node.down_revisions, shapes[i].second_parent);
    add(node.depends_on, shapes[i].dependency);
    if (shapes[i].labelled) node.labels.push_back(fmt::format("label_{}", i));
  }
  return result;
}

std::vector<std::string> words(std::string_view blank_separated) {
  return split(blank_separated, ' ');
}

std::string text(const Error &error) {
  return fmt::format("{}: {} [{}]", name(error.code), error.message, fmt::join(error.subject, " "));
}

std::string text(const Result<std::vector<std::string>> &ids) {
  return ids ? fmt::format("{}", fmt::join(*ids, " ")) : text(ids.error());
}

std::string text(const Result<Walk> &walk) {
  if (!walk) return text(walk.error());
  std::string result;
  for (const WalkStep &step : walk->steps) result += (step.direction == Direction::Up ? '+' : '-') + step.revision + ' ';
  if (walk->outcome == WalkOutcome::NothingToDo) result += "nothing ";
  if (walk->outcome == WalkOutcome::Ahead) result += "ahead ";
  result += fmt::format("=> {}", fmt::join(walk->heads_after, " "));
  if (!walk->untouched.empty()) result += fmt::format(" (untouched {})", fmt::join(walk->untouched, " "));
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
