// See drivers.h.
#include "migrator/database/drivers.h"

#include "migrator/database/sqlite/driver.h"
#include "migrator/module/module.h"

namespace migrator::database {

Result<const Driver *> driver_for(Dialect dialect) {
  if (dialect == Dialect::Sqlite) return &sqlite_driver();
  const Result<void *> entry =
      module::entry_of("libmigrator-postgresql.so", "migrator_driver_version", "migrator_driver_postgresql");
  if (!entry) return fail(entry.error());
  return reinterpret_cast<const Driver *(*)()>(*entry)();
}

} // namespace migrator::database
