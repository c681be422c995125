// YAML models to the DDL of one dialect. Pure; the format is docs/models.md and docs/models.schema.json.
#pragma once

#include <vector>

#include "migrator/error/error.h"
#include "migrator/models/models.h"

namespace migrator::models {

struct CompiledYaml {
  std::string sql; // each statement ended by a semicolon
  std::vector<Origin> origins;
  std::vector<RenameNote> renames;
  std::vector<Reference> references;
  std::vector<std::string> tables;
};

// All sources together, for tables of one refer to tables of another. InvalidConfiguration with file and line.
Result<CompiledYaml> compile_yaml(const std::vector<Source> &sources, Dialect dialect);

} // namespace migrator::models
