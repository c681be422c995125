// The Job of a run as Kubernetes' JSON, from the Migration and its status.run. Pure. The same input gives the same Job, so that creating it again
// after a kill finds AlreadyExists.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "operator/api/migration.h"
#include "operator/api/migration_json.h"
#include "operator/reconcile/observed.h"

namespace controller::job {

// NAME-HASH-SEQUENCE-KIND-ATTEMPT, at most 63 characters, a DNS label. HASH: 6 hex digits of SHA-256 of the uid.
std::string job_name(const std::string &migration, const std::string &uid, const api::Run &run);

// uid.sequence.kind: the same over all attempts.
std::string run_id(const std::string &uid, const api::Run &run);

// What makes a run of a spec differ from another's: target, exact, runner and source references, database, schema. 16 hex digits.
std::string input_hash(const api::Spec &spec);

// Malformed: the pod template would weaken the pod (hostPath, host namespaces, privileged, added capabilities, uid 0, token automount), or names what is
// not listed. `sqlite_node`: see Observed.
tl::expected<api::Json, api::Malformed> make_job(const api::Migration &migration, const api::Run &run,
                                                 const reconcile::Settings &settings, const std::string &sqlite_node);

// As make_job would find, without making one.
tl::expected<void, api::Malformed> check_pod_template(const api::Json &pod_template);

} // namespace controller::job
