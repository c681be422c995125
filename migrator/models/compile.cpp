#include "migrator/models/models.h"

#include <utility>

#include "migrator/models/rename_notes.h"
#include "migrator/models/yaml_compile.h"

namespace migrator::models {

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
      std::string path;
      for (const Source &one : yaml) path += (path.empty() ? "" : " + ") + one.path;
      models.parts.push_back({path, std::move(made->sql)});
      continue;
    }
    Result<NotedSql> noted = rename_notes(source, dialect);
    if (!noted) return fail(std::move(noted.error()));
    models.renames.insert(models.renames.end(), noted->notes.begin(), noted->notes.end());
    models.parts.push_back({source.path, std::move(noted->sql)});
  }
  return models;
}

} // namespace migrator::models
