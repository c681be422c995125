// A Migration from the API server's JSON, and its status back to JSON. Pure.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "operator/api/migration.h"

namespace controller::api {

// What is wrong with an object that passed the CRD's validation all the same (an older CRD, a hand-made object).
struct Malformed {
  std::string field;   // "spec.backup.policy"
  std::string message; // a sentence: what is wrong and what to write
};

// Absent optional fields get the CRD's defaults, unknown ones are ignored. A status that cannot be read is taken as absent: it is
// derived again.
tl::expected<Migration, Malformed> read_migration(const Json &object);

// What can be read of an object that read_migration refuses: metadata and status, with a default spec; so that the refusal can be told
// in its status without losing what stands there.
Migration read_without_spec(const Json &object);

// The whole status as the operator owns it; absent values are left out. At most 32 KiB: what is longest is cut first, with its last
// entry dropped.
Json write_status(const Status &status);

// "2026-11-22T10:00:00Z", and back; nullopt if it is no RFC 3339 time.
std::string write_time(Time time);
std::optional<Time> read_time(std::string_view text);

} // namespace controller::api
