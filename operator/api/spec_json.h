// A Migration's spec from JSON, and the rules that it must keep whatever an older CRD let pass. Pure; for migration_json.cpp.
#pragma once

#include <optional>
#include <string_view>

#include "operator/api/json_reader.h"
#include "operator/api/migration.h"

namespace controller::api {

// Faults stay in the reader.
Spec read_spec(JsonReader &spec);

// What is wrong with a Migration's name.
std::optional<Malformed> broken_name(std::string_view name);

// The first rule of crds/migrations.yaml that the spec breaks, in the same words.
std::optional<Malformed> first_broken_rule(const Spec &spec);

} // namespace controller::api
