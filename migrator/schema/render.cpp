#include "migrator/schema/render.h"

#include "migrator/schema/postgresql/renderer.h"
#include "migrator/schema/sqlite/renderer.h"

namespace migrator::schema {

const Renderer &renderer(Dialect dialect) noexcept {
  static const sqlite::SqliteRenderer sqlite;
  static const postgresql::PostgresqlRenderer postgresql;
  if (dialect == Dialect::Sqlite) return sqlite;
  return postgresql;
}

} // namespace migrator::schema
