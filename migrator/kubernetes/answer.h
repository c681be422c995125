// What the API server's refusals mean to somebody who waits for a Migration: a reason to look again, or an end. Pure.
#pragma once

#include "migrator/error/error.h"
#include "migrator/gate/wanted.h"
#include "migrator/kubernetes/migration_source.h"
#include "operator/kube/error.h"

namespace migrator::kubernetes {

// `address` with its namespace filled in; `server` for messages. NoPermission (403, 401), InvalidConfiguration (the request itself is refused),
// Terminated (stopped).
Result<gate::Verdict> meaning(const controller::kube::Error &error, const MigrationAddress &address, const std::string &server);

} // namespace migrator::kubernetes
