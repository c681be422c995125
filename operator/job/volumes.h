// The volumes of the runner's pod and where its container has them: /tmp, the revision files, backups, a SQLite database, certificates. Pure.
#pragma once

#include "operator/api/migration.h"

namespace controller::job {

struct Mounts {
  api::Json volumes = api::Json::array(); // of the pod
  api::Json mounts = api::Json::array();  // of the container
};

Mounts mounts_for(const api::Migration &migration, const api::Run &run);

} // namespace controller::job
