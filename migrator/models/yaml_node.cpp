#include "migrator/models/yaml_node.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "migrator/config/suggestion.h"

namespace migrator::models {

namespace {

// Reserved in PostgreSQL or SQLite, sorted.
constexpr std::array kReservedWords = {"add",
                                       "all",
                                       "alter",
                                       "analyse",
                                       "analyze",
                                       "and",
                                       "any",
                                       "array",
                                       "as",
                                       "asc",
                                       "asymmetric",
                                       "authorization",
                                       "autoincrement",
                                       "between",
                                       "binary",
                                       "both",
                                       "by",
                                       "case",
                                       "cast",
                                       "check",
                                       "collate",
                                       "collation",
                                       "column",
                                       "commit",
                                       "concurrently",
                                       "constraint",
                                       "create",
                                       "cross",
                                       "current_catalog",
                                       "current_date",
                                       "current_role",
                                       "current_schema",
                                       "current_time",
                                       "current_timestamp",
                                       "current_user",
                                       "default",
                                       "deferrable",
                                       "delete",
                                       "desc",
                                       "distinct",
                                       "do",
                                       "drop",
                                       "else",
                                       "end",
                                       "escape",
                                       "except",
                                       "exists",
                                       "false",
                                       "fetch",
                                       "for",
                                       "foreign",
                                       "freeze",
                                       "from",
                                       "full",
                                       "glob",
                                       "grant",
                                       "group",
                                       "having",
                                       "if",
                                       "ilike",
                                       "in",
                                       "index",
                                       "initially",
                                       "inner",
                                       "insert",
                                       "intersect",
                                       "into",
                                       "is",
                                       "isnull",
                                       "join",
                                       "lateral",
                                       "leading",
                                       "left",
                                       "like",
                                       "limit",
                                       "localtime",
                                       "localtimestamp",
                                       "match",
                                       "natural",
                                       "not",
                                       "nothing",
                                       "notnull",
                                       "null",
                                       "offset",
                                       "on",
                                       "only",
                                       "or",
                                       "order",
                                       "outer",
                                       "overlaps",
                                       "placing",
                                       "primary",
                                       "raise",
                                       "references",
                                       "regexp",
                                       "returning",
                                       "right",
                                       "select",
                                       "session_user",
                                       "set",
                                       "similar",
                                       "some",
                                       "symmetric",
                                       "system_user",
                                       "table",
                                       "tablesample",
                                       "then",
                                       "to",
                                       "trailing",
                                       "transaction",
                                       "trigger",
                                       "true",
                                       "union",
                                       "unique",
                                       "update",
                                       "user",
                                       "using",
                                       "values",
                                       "variadic",
                                       "verbose",
                                       "when",
                                       "where",
                                       "window",
                                       "with"};

} // namespace

YAML::Node YamlReader::document(const std::string &text) const {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1) refuse(documents[1], "something follows the models here. Keep one YAML document in the file.");
    return documents.empty() ? YAML::Node() : documents.front();
  } catch (const YAML::Exception &exception) {
    throw YamlProblem{
        fail_at(path_, exception.mark.is_null() ? 0 : exception.mark.line + 1, ErrorCode::InvalidConfiguration,
                "this is not YAML: " + exception.msg + ". Check the indentation and the quotes of this line and the one above.")
            .value()};
  }
}

void YamlReader::refuse(const YAML::Node &node, std::string message) const {
  throw YamlProblem{fail_at(path_, line(node), ErrorCode::InvalidConfiguration, std::move(message)).value()};
}

void YamlReader::each(const YAML::Node &map, std::string_view what, const std::vector<std::string_view> &known,
                      const Pair &read) const {
  if (!map.IsMap()) refuse(map, fmt::format("{} must hold keys, one `key: value` a line.", what));
  std::set<std::string> seen;
  for (const auto &pair : map) {
    if (!pair.first.IsScalar() || pair.first.Scalar().empty()) refuse(pair.first, "a key must be a plain word.");
    const std::string key = pair.first.Scalar();
    if (!known.empty() && std::find(known.begin(), known.end(), key) == known.end()) {
      const std::string near = config::did_you_mean(key, known);
      refuse(pair.first, fmt::format("{} has no key {}.{}", what, config::in_quotes(key),
                                     near.empty() ? fmt::format(" It has {}.", fmt::join(known, ", ")) : near));
    }
    if (!seen.insert(key).second) refuse(pair.first, config::in_quotes(key) + " is given twice. Keep one of them.");
    read(key, pair.second);
  }
}

std::string YamlReader::text(const YAML::Node &node, std::string_view what) const {
  if (!node.IsScalar() || node.Scalar().empty()) refuse(node, fmt::format("{} must be a text that is not empty.", what));
  return node.Scalar();
}

bool YamlReader::flag(const YAML::Node &node, std::string_view what) const {
  bool value = false;
  if (!node.IsScalar() || node.Tag() == "!" || !YAML::convert<bool>::decode(node, value))
    refuse(node, fmt::format("{} must be true or false.", what));
  return value;
}

std::vector<std::string> YamlReader::texts(const YAML::Node &node, std::string_view what) const {
  if (node.IsScalar()) return {text(node, what)};
  if (!node.IsSequence() || node.size() == 0) refuse(node, fmt::format("{} must be a list, like [one, two].", what));
  std::vector<std::string> out;
  for (const YAML::Node &item : node) out.push_back(text(item, what));
  return out;
}

std::string YamlReader::sql(const YAML::Node &node, std::string_view what) const {
  if (node.IsScalar()) return ended(text(node, what));
  std::string own;
  if (!node.IsMap() || node.size() == 0) refuse(node, fmt::format("{} must be SQL, or {{sqlite: …, postgresql: …}}.", what));
  each(node, what, {"sqlite", "postgresql"}, [&](const std::string &key, const YAML::Node &value) {
    const std::string read = text(value, what);
    if (key == name(dialect_)) own = ended(read);
  });
  return own;
}

std::string YamlReader::word(const YAML::Node &node, std::string_view what, const std::vector<std::string_view> &words) const {
  if (node.IsScalar() && std::find(words.begin(), words.end(), node.Scalar()) != words.end()) return node.Scalar();
  refuse(node, fmt::format("{} must be one of {}.", what, fmt::join(words, ", ")));
}

void check_columns(const YamlReader &reader, const YAML::Node &node, std::string_view what,
                   const std::vector<std::string> &columns, const std::vector<std::string> &of_table) {
  for (const std::string &column : columns)
    if (std::find(of_table.begin(), of_table.end(), column) == of_table.end())
      reader.refuse(node,
                    fmt::format("{} has a column {}, and the table has none of that name.{}", what, config::in_quotes(column),
                                config::did_you_mean(column, {of_table.begin(), of_table.end()})));
}

std::string ended(std::string sql) {
  const std::size_t last = sql.rfind('\n') == std::string::npos ? 0 : sql.rfind('\n') + 1;
  return sql.find("--", last) == std::string::npos ? sql : sql + "\n";
}

std::string sql_name(std::string_view name) {
  const bool plain =
      !name.empty() && (name.front() == '_' || (name.front() >= 'a' && name.front() <= 'z')) &&
      std::all_of(name.begin(), name.end(), [](char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
  if (plain && std::find(kReservedWords.begin(), kReservedWords.end(), name) == kReservedWords.end()) return std::string(name);
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string sql_names(const std::vector<std::string> &names) {
  std::string out;
  for (const std::string &one : names) out += (out.empty() ? "" : ", ") + sql_name(one);
  return out;
}

std::string sql_literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

} // namespace migrator::models
