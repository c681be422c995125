#include "migrator/database/sqlite/schema_reader.h"

namespace migrator::database::sqlite {

Result<schema::Schema> SqliteSchemaReader::read() {
  static_cast<void>(connection_);
  static_cast<void>(history_);
  return fail(ErrorCode::Internal, "not built");
}

} // namespace migrator::database::sqlite
