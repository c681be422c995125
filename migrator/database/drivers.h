// Finds the driver for a URL. SQLite's is linked in; PostgreSQL's is a module of its own (libmigrator-postgresql.so), loaded only
// when a URL asks for it, so that whoever runs on SQLite does not pay for libpq and the parser (decision 0003).
#pragma once

#include "migrator/database/database.h"

namespace migrator::database {

// The driver, loaded at the first call; lives as long as the program. Internal if the module is not there or does not fit.
Result<const Driver *> driver_for(Dialect dialect);

} // namespace migrator::database
