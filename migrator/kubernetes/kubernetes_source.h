// The Kubernetes API behind MigrationSource, by the operator's own client.
#pragma once

#include "migrator/kubernetes/migration_source.h"

namespace migrator::kubernetes {

const MigrationSource &kubernetes_source();

} // namespace migrator::kubernetes
