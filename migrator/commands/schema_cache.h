// Schemas that were read before, by the hash of what they were made from: under $XDG_CACHE_HOME/migrator or ~/.cache/migrator. A cache that cannot be
// read or written is no cache, and no error.
#pragma once

#include <optional>
#include <string>

#include "migrator/schema/json.h"

namespace migrator::commands {

// `key`: hex digits that stand for everything that the schema depends on.
std::optional<schema::Stored> cached_schema(const std::string &key);
// Written whole or not at all, for this user alone (mode 0600). Old entries go, so that at most 50 stay.
void cache_schema(const std::string &key, const schema::Stored &stored);

} // namespace migrator::commands
