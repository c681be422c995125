// What libmigrator-postgresql.so shows of itself to drivers.cpp, and nothing else: the driver, and the version it was built for.
#include "migrator/database/postgresql/driver.h"

extern "C" {

__attribute__((visibility("default"))) const char *migrator_driver_version() {
  return MIGRATOR_VERSION;
}

__attribute__((visibility("default"))) const migrator::database::Driver *migrator_driver_postgresql() {
  return &migrator::database::postgresql::postgresql_driver();
}
}
