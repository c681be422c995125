#include "migrator/database/postgresql/schema_reader.h"

namespace migrator::database::postgresql {

Result<schema::Schema> PostgresqlSchemaReader::read() {
  static_cast<void>(session_);
  static_cast<void>(history_);
  return fail(ErrorCode::Internal, "not built");
}

} // namespace migrator::database::postgresql
