// What the container `migrator` is told: arguments for what anybody may see, variables for the rest, secrets only as references to
// Secrets. Pure.
#pragma once

#include "operator/api/migration.h"

namespace controller::job {

// "migrate", "--to" …: see docs/verbs.md.
api::Json arguments(const api::Migration &migration, const api::Run &run);

// A list of EnvVars: see docs/configuration.md.
api::Json environment(const api::Migration &migration, const api::Run &run);

} // namespace controller::job
