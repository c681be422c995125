// SqliteSchemaReader: the schema of a SQLite database from sqlite_schema and the pragmas.
#pragma once

#include "migrator/database/database.h"
#include "migrator/database/schema_reader.h"
#include "migrator/database/sqlite/connection.h"

namespace migrator::database::sqlite {

class SqliteSchemaReader final : public SchemaReader {
public:
  // Both must outlive it.
  SqliteSchemaReader(Connection &connection, const HistoryName &history) : connection_(connection), history_(history) {}
  Result<schema::Schema> read() override;

private:
  Connection &connection_;
  const HistoryName &history_;
};

} // namespace migrator::database::sqlite
