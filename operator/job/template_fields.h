// Which fields a pod template may have, and of which kind, as in crds/migrations.yaml. Pure; for pod_template.cpp.
#pragma once

#include <optional>

#include "operator/api/migration_json.h"

namespace controller::job {

// The first field that is not one of them, or of another kind.
std::optional<api::Malformed> unknown_field(const api::Json &pod_template);

} // namespace controller::job
