// One table of a YAML model to SQL. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "migrator/models/models.h"
#include "migrator/models/yaml_node.h"

namespace migrator::models {

using Enums = std::map<std::string, std::vector<std::string>>; // labels by name

struct YamlStatement {
  std::string sql; // without its semicolon
  std::string path;
  int line = 0; // of what in the file it says
};

struct TableSql {
  YamlStatement create;
  std::vector<YamlStatement> indexes;
  std::vector<YamlStatement> later; // PostgreSQL: foreign keys and comments, when all tables are there
  std::vector<RenameNote> renames;
  std::vector<Reference> references;
};

// Throws YamlProblem.
TableSql table_sql(const YamlReader &reader, const std::string &name, const YAML::Node &table, const Enums &enums);

} // namespace migrator::models
