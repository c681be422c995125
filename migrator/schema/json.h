// A schema to and from JSON, for snapshots and the cache: what is read is equal to what was written. Pure.
#pragma once

#include <string>
#include <string_view>

#include "migrator/error/error.h"
#include "migrator/schema/object.h"

namespace migrator::schema {

inline constexpr int kStoredFormat = 1; // another where an old reader could not know what is meant

// What a stored schema was of.
struct Stored {
  std::string server; // "PostgreSQL 15.18"
  std::string tool;   // the migrator's version
  std::vector<std::string> heads;
  Schema schema;
  bool operator==(const Stored &) const = default;
};

// Canonical: equal schemas give equal bytes. One object a line, so that a diff of two files tells something.
std::string to_json(const Stored &stored);

// InvalidConfiguration: no JSON, not what to_json writes, another format, or a kind or attribute that this version does not know. Members of another name are passed over.
Result<Stored> stored_from_json(std::string_view json);

} // namespace migrator::schema
