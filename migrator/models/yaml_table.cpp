#include "migrator/models/yaml_table.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "migrator/config/suggestion.h"
#include "migrator/models/type_table.h"
#include "migrator/models/yaml_index.h"
#include "migrator/text/ascii.h"

namespace migrator::models {

namespace {

const std::vector<std::string_view> kActions = {"cascade", "restrict", "set null", "set default", "no action"};

std::string named(const std::string &name) {
  return name.empty() ? "" : "CONSTRAINT " + sql_name(name) + " ";
}

// One column as it is read.
struct Column {
  std::string name, type, default_sql, generated, collation, check, references, comment;
  bool stored = true, null = false, null_given = false, primary = false, autoincrement = false, unique = false;
  std::string identity, unique_name;
};

class TableReader {
public:
  TableReader(const YamlReader &reader, const std::string &name, const Enums &enums)
      : reader_(reader), name_(name), enums_(enums), sqlite_(reader.dialect() == Dialect::Sqlite) {}

  TableSql read(const YAML::Node &table) {
    // Facts that the columns need stand anywhere in the map.
    if (table.IsMap() && table["strict"]) strict_ = reader_.flag(table["strict"], "strict");
    if (table.IsMap() && table["columns"] && table["columns"].IsMap())
      for (const auto &pair : table["columns"]) all_columns_.push_back(pair.first.as<std::string>(""));
    if (table.IsMap() && table["primary_key"]) primary_columns(table["primary_key"]);
    reader_.each(table, "a table",
                 {"columns", "primary_key", "unique", "foreign_keys", "checks", "indexes", "comment", "renamed_from", "strict",
                  "without_rowid"},
                 [&](const std::string &key, const YAML::Node &value) { read_key(key, value); });
    if (columns_.empty())
      reader_.refuse(table, "the table " + config::in_quotes(name_) + " has no columns. Give it some under `columns`.");
    return finish(table);
  }

private:
  void read_key(const std::string &key, const YAML::Node &value) {
    if (key == "columns")
      reader_.each(value, "`columns`", {}, [&](const std::string &name, const YAML::Node &column) { read_column(name, column); });
    if (key == "unique") each_of(value, "`unique`", [&](const YAML::Node &one) { read_unique(one); });
    if (key == "foreign_keys") each_of(value, "`foreign_keys`", [&](const YAML::Node &one) { read_foreign_key(one); });
    if (key == "checks") each_of(value, "`checks`", [&](const YAML::Node &one) { read_check(one); });
    if (key == "indexes")
      reader_.each(value, "`indexes`", {}, [&](const std::string &name, const YAML::Node &index) {
        std::string sql = index_sql(reader_, name_, all_columns_, name, index);
        if (!sql.empty()) out_.indexes.push_back({std::move(sql), reader_.path(), YamlReader::line(index)});
      });
    if (key == "comment") comment(value, "TABLE " + sql_name(name_));
    if (key == "renamed_from")
      out_.renames.push_back({reader_.path(), YamlReader::line(value), {}, name_, {}, reader_.text(value, "`renamed_from`")});
    if (key == "without_rowid" && reader_.flag(value, "without_rowid") && sqlite_) options_.emplace_back("WITHOUT ROWID");
  }

  void each_of(const YAML::Node &list, const char *what, const std::function<void(const YAML::Node &)> &read) const {
    if (!list.IsSequence()) reader_.refuse(list, fmt::format("{} must be a list: one entry a line, each after a dash.", what));
    for (const YAML::Node &one : list) read(one);
  }

  void comment(const YAML::Node &node, const std::string &what) {
    const std::string text = reader_.text(node, "a comment");
    if (!sqlite_) later(node, fmt::format("COMMENT ON {} IS {}", what, sql_literal(text)));
  }
  void later(const YAML::Node &node, std::string sql) {
    out_.later.push_back({std::move(sql), reader_.path(), YamlReader::line(node)});
  }

  // A list of columns, or {columns: …, name: …}.
  std::vector<std::string> columns_of(const YAML::Node &node, const char *what, std::string &name) const {
    if (!node.IsMap()) return reader_.texts(node, what);
    std::vector<std::string> columns;
    reader_.each(node, what, {"columns", "name"}, [&](const std::string &key, const YAML::Node &value) {
      if (key == "name")
        name = reader_.text(value, "a name");
      else
        columns = reader_.texts(value, what);
    });
    if (columns.empty()) reader_.refuse(node, fmt::format("{} needs `columns`.", what));
    return columns;
  }

  void primary_columns(const YAML::Node &node) {
    primary_ = columns_of(node, "a primary key", primary_name_);
    check_columns(reader_, node, "the primary key", primary_, all_columns_);
  }

  void read_unique(const YAML::Node &node) {
    std::string name;
    const std::vector<std::string> columns = columns_of(node, "a unique key", name);
    check_columns(reader_, node, "the unique key", columns, all_columns_);
    constraints_.push_back(named(name) + "UNIQUE (" + sql_names(columns) + ")");
  }

  void read_check(const YAML::Node &node) {
    std::string name, sql;
    if (node.IsMap() && node["sql"])
      reader_.each(node, "a check", {"name", "sql"}, [&](const std::string &key, const YAML::Node &value) {
        if (key == "name")
          name = reader_.text(value, "a name");
        else
          sql = reader_.sql(value, "a check");
      });
    else
      sql = reader_.sql(node, "a check");
    if (!sql.empty()) constraints_.push_back(named(name) + "CHECK (" + sql + ")");
  }

  struct ForeignKey {
    std::string name, table, rest, deferrable;
    std::vector<std::string> columns, to;
  };

  void reference_key(const std::string &key, const YAML::Node &value, ForeignKey &into) const {
    if (key == "name") into.name = reader_.text(value, "a name");
    if (key == "columns") into.columns = reader_.texts(value, "`columns`");
    if (key == "references" || key == "table") into.table = reader_.text(value, "the table referred to");
    if (key == "to") into.to = reader_.texts(value, "`to`");
    if (key == "on_delete" || key == "on_update")
      into.rest +=
          std::string(key == "on_delete" ? " ON DELETE " : " ON UPDATE ") + text::upper(reader_.word(value, key, kActions));
    if (key == "deferrable") {
      const std::string word = reader_.word(value, key, {"deferred", "immediate"});
      into.deferrable = " DEFERRABLE INITIALLY " + text::upper(word);
    }
  }

  std::string target(const ForeignKey &reference) const {
    return sql_name(reference.table) + (reference.to.empty() ? "" : " (" + sql_names(reference.to) + ")") + reference.rest +
           reference.deferrable;
  }

  // PostgreSQL gets its foreign keys when every table is there.
  void keep(const YAML::Node &node, const ForeignKey &reference) {
    out_.references.push_back({reader_.path(), YamlReader::line(node), reference.table});
    const std::string sql =
        named(reference.name) + "FOREIGN KEY (" + sql_names(reference.columns) + ") REFERENCES " + target(reference);
    if (sqlite_)
      constraints_.push_back(sql);
    else
      later(node, "ALTER TABLE " + sql_name(name_) + " ADD " + sql);
  }

  void read_foreign_key(const YAML::Node &node) {
    ForeignKey reference;
    reader_.each(node, "a foreign key", {"columns", "references", "to", "on_delete", "on_update", "deferrable", "name"},
                 [&](const std::string &key, const YAML::Node &value) { reference_key(key, value, reference); });
    if (reference.columns.empty() || reference.table.empty())
      reader_.refuse(node,
                     "a foreign key needs `columns` and `references`, like {columns: [customer_id], references: customers}.");
    check_columns(reader_, node, "the foreign key", reference.columns, all_columns_);
    keep(node, reference);
  }

  void read_references(const std::string &column, const YAML::Node &node) {
    ForeignKey reference;
    reference.columns = {column};
    if (node.IsScalar()) {
      const std::string text = reader_.text(node, "`references`");
      const std::size_t open = text.find('(');
      reference.table = text.substr(0, open);
      while (!reference.table.empty() && reference.table.back() == ' ') reference.table.pop_back();
      if (open != std::string::npos) {
        if (text.back() != ')' || text.find(',') != std::string::npos)
          reader_.refuse(node, "`references` must be a table, or table(column). Several columns go under `foreign_keys`.");
        reference.to = {text.substr(open + 1, text.size() - open - 2)};
      }
    } else {
      reader_.each(node, "`references`", {"table", "to", "on_delete", "on_update", "deferrable", "name"},
                   [&](const std::string &key, const YAML::Node &value) { reference_key(key, value, reference); });
    }
    if (reference.table.empty()) reader_.refuse(node, "`references` needs a table, like `references: customers(id)`.");
    keep(node, reference);
  }

  void read_column(const std::string &name, const YAML::Node &node) {
    Column column;
    column.name = name;
    if (node.IsScalar()) {
      column.type = type_of(name, node);
    } else {
      reader_.each(node, "a column",
                   {"type", "nullable", "default", "generated", "identity", "autoincrement", "collation", "primary_key", "unique",
                    "check", "references", "comment", "renamed_from"},
                   [&](const std::string &key, const YAML::Node &value) { read_column_key(key, value, column); });
    }
    if (column.type.empty()) reader_.refuse(node, "the column " + config::in_quotes(name) + " has no `type`.");
    if (node.IsMap()) check_label(node);
    if (column.primary) primary_.push_back(name);
    if (std::find(primary_.begin(), primary_.end(), name) == primary_.end() &&
        (!column.identity.empty() || column.autoincrement) && sqlite_)
      reader_.refuse(node, "SQLite numbers the one column of a primary key only. Make it `primary_key: true`.");
    columns_.push_back(std::move(column));
  }

  // The default of an enum's column.
  void check_label(const YAML::Node &column) const {
    const YAML::Node type = column["type"], value = column["default"];
    if (!type.IsScalar() || !value || !value.IsScalar()) return;
    const auto found = enums_.find(type.Scalar());
    if (found == enums_.end() || std::find(found->second.begin(), found->second.end(), value.Scalar()) != found->second.end())
      return;
    reader_.refuse(value, fmt::format("the enum {} has no label {}. It has {}.", config::in_quotes(type.Scalar()),
                                      config::in_quotes(value.Scalar()), fmt::join(found->second, ", ")));
  }

  void read_column_key(const std::string &key, const YAML::Node &value, Column &column) {
    if (key == "type") column.type = type_of(column.name, value);
    if (key == "nullable") {
      column.null = reader_.flag(value, "nullable");
      column.null_given = true;
    }
    if (key == "default") column.default_sql = default_of(value);
    if (key == "generated") read_generated(value, column);
    if (key == "identity") column.identity = identity_of(value);
    if (key == "autoincrement") column.autoincrement = reader_.flag(value, "autoincrement");
    if (key == "collation") column.collation = reader_.sql(value, "a collation");
    if (key == "primary_key") column.primary = reader_.flag(value, "primary_key");
    if (key == "unique") {
      bool plain = false;
      column.unique = true;
      if (value.IsScalar() && YAML::convert<bool>::decode(value, plain))
        column.unique = plain;
      else
        column.unique_name = reader_.text(value, "`unique`");
    }
    if (key == "check") column.check = reader_.sql(value, "a check");
    if (key == "references") read_references(column.name, value);
    if (key == "comment") comment(value, "COLUMN " + sql_name(name_) + "." + sql_name(column.name));
    if (key == "renamed_from")
      out_.renames.push_back(
          {reader_.path(), YamlReader::line(value), {}, name_, column.name, reader_.text(value, "`renamed_from`")});
  }

  std::string type_of(const std::string &column, const YAML::Node &node) {
    if (node.IsMap()) {
      const std::string own = reader_.sql(node, "a type");
      if (own.empty()) reader_.refuse(node, fmt::format("this type has nothing for {}.", name(reader_.dialect())));
      return own;
    }
    const std::string written = reader_.text(node, "a type");
    if (const auto found = enums_.find(written); found != enums_.end()) {
      if (!sqlite_) return sql_name(written);
      std::string labels;
      for (const std::string &label : found->second) labels += (labels.empty() ? "" : ", ") + sql_literal(label);
      constraints_.push_back("CHECK (" + sql_name(column) + " IN (" + labels + "))");
      return "TEXT";
    }
    Result<std::string> type = sql_type(written, reader_.dialect(), strict_);
    if (!type) reader_.refuse(node, type.error().message);
    return *type;
  }

  std::string default_of(const YAML::Node &node) const {
    if (node.IsMap()) {
      if (!node["sql"]) return reader_.sql(node, "a default");
      std::string sql;
      reader_.each(node, "a default", {"sql"},
                   [&](const std::string &, const YAML::Node &value) { sql = reader_.sql(value, "a default"); });
      return in_parentheses(sql);
    }
    if (!node.IsScalar()) reader_.refuse(node, "a default must be a value, or {sql: an expression}.");
    const std::string &text = node.Scalar();
    if (node.Tag() == "!") return sql_literal(text);
    bool flag = false;
    double number = 0;
    if (text == "true" || text == "false") {
      YAML::convert<bool>::decode(node, flag);
      return sqlite_ ? (flag ? "1" : "0") : (flag ? "true" : "false");
    }
    if (YAML::convert<double>::decode(node, number)) {
      if (!std::isfinite(number))
        reader_.refuse(node, "this default is no number of both databases. Write {sqlite: …, postgresql: …} with their own.");
      return text;
    }
    if (text.find('(') != std::string::npos || text::upper(text).rfind("CURRENT_", 0) == 0)
      reader_.refuse(node,
                     "this default looks like an expression. Write `default: {sql: " + text + "}`, or quotes around a text.");
    return sql_literal(text);
  }

  // SQLite takes expressions in parentheses only, and PostgreSQL not every one without; a word alone is none.
  static std::string in_parentheses(const std::string &sql) {
    const bool bare =
        std::all_of(sql.begin(), sql.end(), [](char c) { return c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
    return bare || stands_in_parentheses(sql) ? sql : "(" + sql + ")";
  }

  // Whether the first parenthesis is closed by the last character.
  static bool stands_in_parentheses(const std::string &sql) {
    int depth = 0;
    bool text = false;
    for (std::size_t at = 0; at < sql.size(); ++at) {
      if (sql[at] == '\'') text = !text;
      if (text) continue;
      depth += (sql[at] == '(' ? 1 : 0) - (sql[at] == ')' ? 1 : 0);
      if (depth == 0) return at > 0 && at + 1 == sql.size();
    }
    return false;
  }

  void read_generated(const YAML::Node &node, Column &column) const {
    if (node.IsMap() && node["sql"]) {
      reader_.each(node, "`generated`", {"sql", "stored"}, [&](const std::string &key, const YAML::Node &value) {
        if (key == "stored")
          column.stored = reader_.flag(value, "stored");
        else
          column.generated = reader_.sql(value, "`generated`");
      });
    } else {
      column.generated = reader_.sql(node, "`generated`");
    }
    if (!column.stored && !sqlite_)
      reader_.refuse(node, "PostgreSQL has stored generated columns only. Leave `stored: false` out.");
  }

  std::string identity_of(const YAML::Node &node) const {
    bool plain = false;
    if (node.IsScalar() && YAML::convert<bool>::decode(node, plain)) return plain ? "BY DEFAULT" : "";
    return text::upper(reader_.word(node, "identity", {"always", "by default", "true", "false"}));
  }

  std::string column_sql(const Column &column, bool rowid) const {
    std::string sql = sql_name(column.name) + " " + (rowid && !column.identity.empty() ? "INTEGER" : column.type);
    const bool inline_key = sqlite_ && primary_.size() == 1 && primary_.front() == column.name && primary_name_.empty();
    if (inline_key) sql += std::string(" PRIMARY KEY") + (column.autoincrement ? " AUTOINCREMENT" : "");
    const bool is_key = std::find(primary_.begin(), primary_.end(), column.name) != primary_.end();
    if (!column.null && !(rowid && is_key && !column.null_given)) sql += " NOT NULL";
    if (!column.identity.empty() && !sqlite_) sql += " GENERATED " + column.identity + " AS IDENTITY";
    if (!column.default_sql.empty()) sql += " DEFAULT " + column.default_sql;
    if (!column.collation.empty()) sql += " COLLATE " + sql_name(column.collation);
    if (!column.generated.empty())
      sql += " GENERATED ALWAYS AS (" + column.generated + ") " + (column.stored ? "STORED" : "VIRTUAL");
    if (column.unique) sql += " " + named(column.unique_name) + "UNIQUE";
    if (!column.check.empty()) sql += " CHECK (" + column.check + ")";
    return sql;
  }

  TableSql finish(const YAML::Node &table) {
    const bool without_rowid = std::find(options_.begin(), options_.end(), "WITHOUT ROWID") != options_.end();
    std::vector<std::string> lines;
    for (const Column &column : columns_) {
      const bool whole = column.type == "INTEGER" || !column.identity.empty();
      lines.push_back(
          column_sql(column, sqlite_ && whole && primary_.size() == 1 && primary_.front() == column.name && !without_rowid));
    }
    if (!primary_.empty() && !(sqlite_ && primary_.size() == 1 && primary_name_.empty()))
      lines.push_back(named(primary_name_) + "PRIMARY KEY (" + sql_names(primary_) + ")");
    lines.insert(lines.end(), constraints_.begin(), constraints_.end());
    if (strict_ && sqlite_) options_.emplace_back("STRICT");
    out_.create = {fmt::format("CREATE TABLE {} (\n  {}\n){}{}", sql_name(name_), fmt::join(lines, ",\n  "),
                               options_.empty() ? "" : " ", fmt::join(options_, ", ")),
                   reader_.path(), YamlReader::line(table)};
    return std::move(out_);
  }

  const YamlReader &reader_;
  const std::string name_;
  const Enums &enums_;
  const bool sqlite_;
  bool strict_ = false;
  std::vector<Column> columns_;
  std::vector<std::string> all_columns_; // names, before they are read
  std::vector<std::string> primary_;
  std::string primary_name_;
  std::vector<std::string> constraints_, options_;
  TableSql out_;
};

} // namespace

TableSql table_sql(const YamlReader &reader, const std::string &name, const YAML::Node &table, const Enums &enums) {
  return TableReader(reader, name, enums).read(table);
}

} // namespace migrator::models
