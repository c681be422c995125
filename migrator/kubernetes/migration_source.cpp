// See migration_source.h. Part of the program; what it loads is kubernetes_source.cpp.
#include "migrator/kubernetes/migration_source.h"

#include "migrator/module/module.h"

namespace migrator::kubernetes {

Result<const MigrationSource *> migration_source() {
  const Result<void *> entry =
      module::entry_of("libmigrator-kubernetes.so", "migrator_kubernetes_version", "migrator_kubernetes_source");
  if (!entry) return fail(entry.error());
  return reinterpret_cast<const MigrationSource *(*)()>(*entry)();
}

} // namespace migrator::kubernetes
