#include "migrator/models/yaml_index.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "migrator/config/suggestion.h"
#include "migrator/text/ascii.h"

namespace migrator::models {

namespace {

const std::vector<std::string_view> kOrders = {
    "asc", "desc", "asc nulls first", "asc nulls last", "desc nulls first", "desc nulls last"};

constexpr std::string_view kIndex = "the index";

class IndexReader {
public:
  IndexReader(const YamlReader &reader, const std::string &table, const std::vector<std::string> &columns)
      : reader_(reader), table_(table), all_(columns), sqlite_(reader.dialect() == Dialect::Sqlite) {}

  std::string read(const std::string &name, const YAML::Node &node) {
    std::vector<std::string> include;
    std::string where, method;
    bool unique = false;
    if (node.IsMap())
      reader_.each(node, "an index", {"columns", "unique", "where", "include", "using"},
                   [&](const std::string &key, const YAML::Node &value) {
                     if (key == "columns") read_columns(value);
                     if (key == "unique") unique = reader_.flag(value, "unique");
                     if (key == "where") where = reader_.sql(value, "`where`");
                     if (key == "include") include = reader_.texts(value, "`include`");
                     if (key == "using") method = reader_.text(value, "`using`");
                   });
    else
      read_columns(node);
    if (columns_.empty()) reader_.refuse(node, "an index needs `columns`.");
    check_columns(reader_, node, kIndex, include, all_);
    if (left_out_) return {};
    std::string sql = fmt::format("CREATE {}INDEX {} ON {}{} ({})", unique ? "UNIQUE " : "", sql_name(name), sql_name(table_),
                                  method.empty() || sqlite_ ? "" : " USING " + sql_name(method), fmt::join(columns_, ", "));
    if (!include.empty() && !sqlite_) sql += " INCLUDE (" + sql_names(include) + ")";
    if (!where.empty()) sql += " WHERE " + where;
    return sql;
  }

private:
  void read_columns(const YAML::Node &list) {
    if (!list.IsSequence() && !list.IsScalar())
      reader_.refuse(list, "the columns of an index must be a list: one entry a line, each after a dash.");
    if (list.IsScalar()) return columns_.push_back(column(list));
    for (const YAML::Node &one : list) columns_.push_back(column(one));
  }

  bool is_column(const std::string &name) const { return std::find(all_.begin(), all_.end(), name) != all_.end(); }

  // SQLite has nulls first in rising order, and no other way.
  std::string order(const YAML::Node &node, const std::string &text) const {
    const std::size_t nulls = text.find(" nulls");
    if (!sqlite_ || nulls == std::string::npos) return " " + text::upper(text);
    if (text == "asc nulls last" || text == "desc nulls first")
      reader_.refuse(node, "SQLite has no index with " + config::in_quotes(text) +
                               ". Leave the nulls out, or write the index as SQL for PostgreSQL alone.");
    return " " + text::upper(text.substr(0, nulls));
  }

  // "placed_at desc", or {sql: lower(email), order: desc}.
  std::string column(const YAML::Node &node) {
    if (node.IsMap()) {
      std::string sql, ordered;
      reader_.each(node, "the column of an index", {"sql", "order"}, [&](const std::string &key, const YAML::Node &value) {
        if (key == "sql")
          sql = reader_.sql(value, "the expression of an index");
        else
          ordered = order(value, reader_.word(value, "order", kOrders));
      });
      if (!node["sql"]) reader_.refuse(node, "the column of an index needs `sql`, or is the name of a column.");
      if (sql.empty()) left_out_ = true;
      if (sql.empty()) return sql;
      const bool call = sql.back() == ')' && sql.find('(') != 0 && sql.find_first_of(" +-|") == std::string::npos;
      return (call ? sql : "(" + sql + ")") + ordered;
    }
    const std::string text = reader_.text(node, "the column of an index");
    if (is_column(text)) return sql_name(text);
    for (std::size_t blank = text.find(' '); blank != std::string::npos; blank = text.find(' ', blank + 1)) {
      const std::string behind = text::lower(text.substr(blank + 1));
      if (std::find(kOrders.begin(), kOrders.end(), behind) == kOrders.end()) continue;
      check_columns(reader_, node, kIndex, {text.substr(0, blank)}, all_);
      return sql_name(text.substr(0, blank)) + order(node, behind);
    }
    if (text.find_first_of(" (") != std::string::npos)
      reader_.refuse(node,
                     config::in_quotes(text) + " is no column with asc or desc behind it. Write an expression as {sql: …}.");
    check_columns(reader_, node, kIndex, {text}, all_);
    return sql_name(text);
  }

  const YamlReader &reader_;
  const std::string &table_;
  const std::vector<std::string> &all_;
  const bool sqlite_;
  std::vector<std::string> columns_;
  bool left_out_ = false; // an expression is given for the other database alone
};

} // namespace

std::string index_sql(const YamlReader &reader, const std::string &table, const std::vector<std::string> &columns,
                      const std::string &name, const YAML::Node &node) {
  return IndexReader(reader, table, columns).read(name, node);
}

} // namespace migrator::models
