#include "migrator/models/models.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "migrator/models/rename_notes.h"
#include "migrator/models/yaml_compile.h"

namespace migrator::models {

Error located(Error error, const std::vector<Part> &parts) {
  const auto part = std::find_if(parts.begin(), parts.end(), [&](const Part &one) { return one.path == error.file; });
  if (part == parts.end()) return error;
  const auto behind = std::find_if(part->origins.begin(), part->origins.end(),
                                   [&](const Origin &origin) { return origin.sql_line > error.line; });
  if (behind == part->origins.begin()) return error;
  error.file = std::prev(behind)->path;
  error.line = std::prev(behind)->line;
  return error;
}

std::string not_for_models(const std::string &keyword) {
  const std::string refused = keyword + " cannot run inside a transaction, and models are loaded in one: ";
  if (keyword.ends_with(" CONCURRENTLY"))
    return refused + "leave CONCURRENTLY out. A generated revision has it where the table is in use.";
  return refused +
         "take it out of the models, and write it into a revision if the database needs it. Models hold what makes the schema.";
}

Result<Models> compile(const std::vector<Source> &sources, Dialect dialect) {
  Models models;
  models.dialect = dialect;
  std::vector<Source> yaml;
  for (const Source &source : sources)
    if (source.form == Source::Form::Yaml) yaml.push_back(source);
  bool compiled = false;
  for (const Source &source : sources) {
    if (source.form == Source::Form::Yaml) {
      if (std::exchange(compiled, true)) continue;
      Result<CompiledYaml> made = compile_yaml(yaml, dialect);
      if (!made) return fail(std::move(made.error()));
      models.renames.insert(models.renames.end(), made->renames.begin(), made->renames.end());
      models.references = std::move(made->references);
      models.yaml_tables = std::move(made->tables);
      std::string path;
      for (const Source &one : yaml) path += (path.empty() ? "" : " + ") + one.path;
      models.parts.push_back({path, std::move(made->sql), std::move(made->origins)});
      continue;
    }
    Result<NotedSql> noted = rename_notes(source, dialect);
    if (!noted) return fail(std::move(noted.error()));
    models.renames.insert(models.renames.end(), noted->notes.begin(), noted->notes.end());
    models.parts.push_back({source.path, std::move(noted->sql), {}});
  }
  return models;
}

} // namespace migrator::models
