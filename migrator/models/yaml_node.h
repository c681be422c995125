// Strict reading of YAML nodes: every complaint with file and line. The library's types stay in this room. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "migrator/error/error.h"
#include "migrator/script/script.h"

namespace migrator::models {

// Thrown inside this room only, caught by compile_yaml().
struct YamlProblem {
  Error error;
};

class YamlReader {
public:
  YamlReader(std::string path, Dialect dialect) : path_(std::move(path)), dialect_(dialect) {}

  const std::string &path() const noexcept { return path_; }
  Dialect dialect() const noexcept { return dialect_; }
  static int line(const YAML::Node &node) { return node.Mark().line + 1; }

  // The one document of the text; a null node for an empty one.
  YAML::Node document(const std::string &text) const;

  [[noreturn]] void refuse(const YAML::Node &node, std::string message) const;

  using Pair = std::function<void(const std::string &key, const YAML::Node &value)>;
  // Each pair of a map, whose keys are `known` (empty: names, any) and stand once each. `what` is the map in a message: "column".
  void each(const YAML::Node &map, std::string_view what, const std::vector<std::string_view> &known, const Pair &read) const;

  std::string text(const YAML::Node &node, std::string_view what) const;
  bool flag(const YAML::Node &node, std::string_view what) const;
  std::vector<std::string> texts(const YAML::Node &node, std::string_view what) const; // one text is a list of one
  // SQL for this dialect: a text, or a map of sqlite and postgresql; empty if the map has none for it.
  std::string sql(const YAML::Node &node, std::string_view what) const;
  // One of a closed set of words.
  std::string word(const YAML::Node &node, std::string_view what, const std::vector<std::string_view> &words) const;

private:
  std::string path_;
  Dialect dialect_;
};

// Refuses a column that is none of the table's; `what` has it: "the primary key". Throws YamlProblem.
void check_columns(const YamlReader &reader, const YAML::Node &node, std::string_view what,
                   const std::vector<std::string> &columns, const std::vector<std::string> &of_table);

// With a line end behind a comment that ends it, so that what follows is none of it.
std::string ended(std::string sql);

// The name as SQL: bare where both databases take it as it is.
std::string sql_name(std::string_view name);
std::string sql_names(const std::vector<std::string> &names); // parted by ", "
std::string sql_literal(std::string_view text);

} // namespace migrator::models
