// See drivers.h.
#include "migrator/database/drivers.h"

#include "migrator/database/sqlite/driver.h"
#include "migrator/module/module.h"

namespace migrator::database {

Result<const Driver *> driver_for(Dialect dialect) {
  if (dialect == Dialect::Sqlite) return &sqlite_driver();
  // libpq brings most of the libraries: with it loaded before, each name that they need is sought in fewer of them, which saves a sixth of the time.
  module::load_ahead("libpq.so.5");
  const Result<void *> entry =
      module::entry_of("libmigrator-postgresql.so", "migrator_driver_version", "migrator_driver_postgresql");
  if (!entry) return fail(entry.error());
  return reinterpret_cast<const Driver *(*)()>(*entry)();
}

} // namespace migrator::database
