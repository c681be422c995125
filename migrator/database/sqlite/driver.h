// The way in to SQLite: what drivers.h hands out for `sqlite://` URLs. Nothing else of this folder is meant for other folders.
#pragma once

#include "migrator/database/database.h"

namespace migrator::database {

// Lives as long as the program; thread-safe.
const Driver &sqlite_driver();

} // namespace migrator::database
