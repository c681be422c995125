#include "migrator/models/yaml_compile.h"

#include <algorithm>

#include <fmt/format.h>

#include "migrator/config/suggestion.h"
#include "migrator/models/yaml_table.h"

namespace migrator::models {

namespace {

struct Document {
  YamlReader reader;
  YAML::Node root;
};

class YamlCompiler {
public:
  explicit YamlCompiler(Dialect dialect) : dialect_(dialect) {}

  CompiledYaml compile(const std::vector<Source> &sources) {
    std::vector<Document> documents;
    for (const Source &source : sources) {
      YamlReader reader(source.path, dialect_);
      YAML::Node root = reader.document(source.text);
      documents.push_back({std::move(reader), root});
    }
    for (const Document &document : documents) read(document, "enums");
    for (const Document &document : documents) read(document, "tables");
    for (const std::vector<YamlStatement> *list : {&tables_, &indexes_, &later_})
      for (const YamlStatement &statement : *list) add(statement);
    for (const Document &document : documents) read(document, "views");
    return std::move(out_);
  }

private:
  void add(const YamlStatement &statement) {
    out_.origins.push_back({line_, statement.path, statement.line});
    const std::string text = statement.sql + ";\n\n";
    line_ += static_cast<int>(std::count(text.begin(), text.end(), '\n'));
    out_.sql += text;
  }
  void add(const YamlReader &reader, const YAML::Node &node, std::string sql) {
    add({std::move(sql), reader.path(), YamlReader::line(node)});
  }

  void read(const Document &document, std::string_view part) {
    if (document.root.IsNull()) return;
    document.reader.each(document.root, "the file", {"enums", "tables", "views"},
                         [&](const std::string &key, const YAML::Node &value) {
                           if (key != part) return;
                           document.reader.each(value, "`" + key + "`", {}, [&](const std::string &name, const YAML::Node &node) {
                             if (part == "enums")
                               read_enum(document.reader, name, node);
                             else if (part == "tables")
                               read_table(document.reader, name, node);
                             else
                               read_view(document.reader, name, node);
                           });
                         });
  }

  void read_enum(const YamlReader &reader, const std::string &name, const YAML::Node &node) {
    const std::vector<std::string> labels = reader.texts(node, "an enum");
    if (!enums_.emplace(name, labels).second)
      reader.refuse(node, "the enum " + config::in_quotes(name) + " is given twice. Keep one of them.");
    if (dialect_ == Dialect::Sqlite) return;
    std::string list;
    for (const std::string &label : labels) list += (list.empty() ? "" : ", ") + sql_literal(label);
    add(reader, node, "CREATE TYPE " + sql_name(name) + " AS ENUM (" + list + ")");
  }

  void read_table(const YamlReader &reader, const std::string &name, const YAML::Node &node) {
    TableSql table = table_sql(reader, name, node, enums_);
    tables_.push_back(std::move(table.create));
    indexes_.insert(indexes_.end(), table.indexes.begin(), table.indexes.end());
    later_.insert(later_.end(), table.later.begin(), table.later.end());
    out_.renames.insert(out_.renames.end(), table.renames.begin(), table.renames.end());
    out_.references.insert(out_.references.end(), table.references.begin(), table.references.end());
    out_.tables.push_back(name);
  }

  void read_view(const YamlReader &reader, const std::string &name, const YAML::Node &node) {
    std::string sql, comment;
    bool materialized = false;
    if (node.IsMap() && node["sql"])
      reader.each(node, "a view", {"sql", "comment", "materialized"}, [&](const std::string &key, const YAML::Node &value) {
        if (key == "sql") sql = reader.sql(value, "a view");
        if (key == "comment") comment = reader.text(value, "a comment");
        if (key == "materialized") materialized = reader.flag(value, "materialized");
      });
    else
      sql = reader.sql(node, "a view");
    while (!sql.empty() && (sql.back() == '\n' || sql.back() == ' ' || sql.back() == ';')) sql.pop_back();
    sql = ended(sql);
    if (sql.empty()) return; // of the other dialect alone
    if (materialized && dialect_ == Dialect::Sqlite)
      reader.refuse(
          node, "SQLite has no materialized views. Write {sql: {postgresql: …}, materialized: true}, which is left out there.");
    add(reader, node, fmt::format("CREATE {}VIEW {} AS\n{}", materialized ? "MATERIALIZED " : "", sql_name(name), sql));
    if (!comment.empty() && dialect_ == Dialect::Postgresql)
      add(reader, node,
          fmt::format("COMMENT ON {}VIEW {} IS {}", materialized ? "MATERIALIZED " : "", sql_name(name), sql_literal(comment)));
  }

  const Dialect dialect_;
  Enums enums_;
  std::vector<YamlStatement> tables_, indexes_, later_;
  int line_ = 1; // of out_.sql
  CompiledYaml out_;
};

} // namespace

Result<CompiledYaml> compile_yaml(const std::vector<Source> &sources, Dialect dialect) {
  try {
    return YamlCompiler(dialect).compile(sources);
  } catch (const YamlProblem &problem) {
    return fail(problem.error);
  } catch (const YAML::Exception &exception) {
    return fail_at(sources.front().path, exception.mark.line + 1, ErrorCode::InvalidConfiguration,
                   "this is not the YAML that it should be: " + exception.msg + ".");
  }
}

} // namespace migrator::models
