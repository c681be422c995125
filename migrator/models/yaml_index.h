// One index of a YAML model to SQL. Pure.
#pragma once

#include <string>
#include <vector>

#include "migrator/models/yaml_node.h"

namespace migrator::models {

// The CREATE INDEX, without its semicolon; empty if one of its expressions is given for the other database alone. `columns` are the table's. Throws YamlProblem.
std::string index_sql(const YamlReader &reader, const std::string &table, const std::vector<std::string> &columns,
                      const std::string &name, const YAML::Node &node);

} // namespace migrator::models
