#include "migrator/models/models.h"
#include "migrator/models/rename_notes.h"

namespace migrator::models {

Result<Models> compile(const std::vector<Source> &sources, Dialect dialect) {
  Models models;
  models.dialect = dialect;
  for (const Source &source : sources) {
    Result<std::vector<RenameNote>> notes = rename_notes(source, dialect);
    if (!notes) return fail(std::move(notes.error()));
    models.renames.insert(models.renames.end(), notes->begin(), notes->end());
    models.parts.push_back({source.path, source.text});
  }
  return models;
}

} // namespace migrator::models
