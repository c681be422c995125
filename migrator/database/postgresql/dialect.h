// PostgreSQL's SQL without a connection: statements as the executor gets them, cut and classified. Pure.
#pragma once

#include "migrator/database/database.h"

namespace migrator::database::postgresql {

class PostgresqlDialect final : public SqlDialect {
public:
  Result<std::vector<Statement>> split(const script::SqlText &text, const std::string &file) const override;
};

} // namespace migrator::database::postgresql
