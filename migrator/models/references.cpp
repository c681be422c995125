#include "migrator/models/references.h"

#include <algorithm>

#include "migrator/config/suggestion.h"
#include "migrator/schema/compare.h"
#include "migrator/text/ascii.h"

namespace migrator::models {

namespace {

constexpr const char *kUndefinedTable = "42P01";

std::string no_such_table(const Reference &reference, const Models &models) {
  return "the models have no table " + config::in_quotes(reference.table) + "." +
         config::did_you_mean(reference.table, {models.yaml_tables.begin(), models.yaml_tables.end()});
}

bool is_made(const schema::Schema &made, const std::string &table) {
  return std::any_of(made.objects.begin(), made.objects.end(), [&](const schema::Object &object) {
    if (object.id.kind != schema::Kind::Table) return false;
    return made.dialect == Dialect::Sqlite ? text::lower(object.id.name) == text::lower(table) : object.id.name == table;
  });
}

bool is_ignored(Dialect dialect, const std::string &table, const std::vector<std::string> &ignore) {
  schema::Schema alone;
  alone.dialect = dialect;
  alone.objects.push_back({{schema::Kind::Table, dialect == Dialect::Postgresql ? "public" : "", "", table}, {}, {}});
  return schema::without(std::move(alone), ignore).objects.empty();
}

} // namespace

Status check_references(const Models &models, const schema::Schema &made, const std::vector<std::string> &ignore) {
  // PostgreSQL has made each of them, or said why not; its search path may lead elsewhere.
  if (models.dialect == Dialect::Postgresql) return {};
  for (const Reference &reference : models.references)
    if (!is_made(made, reference.table) && !is_ignored(models.dialect, reference.table, ignore))
      return fail_at(reference.path, reference.line, ErrorCode::InvalidConfiguration, no_such_table(reference, models));
  return {};
}

Error of_reference(Error error, const Models &models) {
  for (const Reference &reference : models.references)
    if (reference.path == error.file && reference.line == error.line && error.sqlstate == kUndefinedTable)
      return fail_at(reference.path, reference.line, ErrorCode::InvalidConfiguration, no_such_table(reference, models)).value();
  return error;
}

} // namespace migrator::models
