// What libmigrator-kubernetes.so shows of itself to migration_source.cpp, and nothing else: the source, and the version it was built for.
#include "migrator/kubernetes/kubernetes_source.h"

extern "C" {

__attribute__((visibility("default"))) const char *migrator_kubernetes_version() {
  return MIGRATOR_VERSION;
}

__attribute__((visibility("default"))) const migrator::kubernetes::MigrationSource *migrator_kubernetes_source() {
  return &migrator::kubernetes::kubernetes_source();
}
}
