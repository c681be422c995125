// PostgreSQL as a kind of database. The module hands it to the program (module.cpp); tests link it.
#pragma once

#include "migrator/database/database.h"

namespace migrator::database::postgresql {

const Driver &postgresql_driver();

} // namespace migrator::database::postgresql
