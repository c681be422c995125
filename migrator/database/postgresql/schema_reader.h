// PostgresqlSchemaReader: the schema of a PostgreSQL database from its catalog.
#pragma once

#include "migrator/database/postgresql/history.h"
#include "migrator/database/postgresql/session.h"
#include "migrator/database/schema_reader.h"

namespace migrator::database::postgresql {

class PostgresqlSchemaReader final : public SchemaReader {
public:
  // Both must outlive it.
  PostgresqlSchemaReader(Session &session, const History &history) : session_(session), history_(history) {}
  Result<schema::Schema> read() override;

private:
  Session &session_;
  const History &history_;
};

} // namespace migrator::database::postgresql
