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
    Result<std::vector<RenameNote>> notes = rename_notes(source, dialect);
    if (!notes) return fail(std::move(notes.error()));
    models.renames.insert(models.renames.end(), notes->begin(), notes->end());
    models.parts.push_back({source.path, source.text});
  }
  return models;
}

} // namespace migrator::models
