// A Migration's status from JSON. Pure; for migration_json.cpp, which declares the way back.
#pragma once

#include "operator/api/json_reader.h"
#include "operator/api/migration.h"

namespace controller::api {

// Faults stay in the reader.
Status read_status(JsonReader &status);

} // namespace controller::api
