// See driver.h.
#include "migrator/database/postgresql/driver.h"

#include "migrator/database/postgresql/backups.h"
#include "migrator/database/postgresql/connection_settings.h"
#include "migrator/database/postgresql/dialect.h"
#include "migrator/database/postgresql/postgresql_database.h"

namespace migrator::database::postgresql {

namespace {

class PostgresqlDriver final : public Driver {
public:
  const SqlDialect &sql() const noexcept override { return dialect_; }
  Status validate(const DatabaseUrl &url) const override {
    const auto settings = connection_settings(url, "migrator");
    if (!settings) return tl::unexpected(settings.error());
    return {};
  }
  Result<std::unique_ptr<Database>> open(const DatabaseUrl &url, const OpenOptions &options) const override {
    try {
      return PostgresqlDatabase::open(url, options);
    } catch (const std::exception &) {
      return fail(ErrorCode::Internal, "connecting to PostgreSQL failed for want of memory or threads");
    }
  }

  const DumpProver &prover() const noexcept override { return prover_; }

  Result<std::unique_ptr<Database>> open_scratch(const DatabaseUrl &target, const Scratch &place,
                                                 const OpenOptions &options) const override {
    try {
      return PostgresqlDatabase::open_scratch(target, place, options);
    } catch (const std::exception &) {
      return fail(ErrorCode::Internal, "making a scratch database failed for want of memory or threads");
    }
  }

private:
  PostgresqlDialect dialect_;
  PostgresqlProver prover_;
};

} // namespace

const Driver &postgresql_driver() {
  static const PostgresqlDriver driver;
  return driver;
}

} // namespace migrator::database::postgresql
