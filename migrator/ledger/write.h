// SQL text for everything we write into a history: version rows, journal rows, meta. Each text runs inside a unit of the
// executor, or stands in an offline script. Pure.
#pragma once

#include <string>
#include <vector>

#include "migrator/ledger/entry.h"
#include "migrator/ledger/names.h"

namespace migrator::ledger {

// DELETE, INSERT and UPDATE of version rows for one step.
std::string version_sql(const Tables &tables, Dialect dialect, const VersionChange &change);

// INSERT of a new row. It fails (a NULL heads_after) unless the version table then holds exactly `heads_after`: so a step whose
// own SQL touched the version table is rolled back whole.
std::string insert_sql(const Tables &tables, Dialect dialect, const Entry &entry, const std::vector<std::string> &heads_after);

// UPDATE of the partial row of `entry.revision` with how far it is now; the same guard.
std::string update_partial_sql(const Tables &tables, Dialect dialect, const Entry &entry,
                               const std::vector<std::string> &heads_after);

// Marks every partial row abandoned (stamp).
std::string abandon_partial_sql(const Tables &tables, Dialect dialect);

// Sets or replaces a meta value.
std::string meta_sql(const Tables &tables, Dialect dialect, std::string_view key, std::string_view value);

// Removes a meta value.
std::string forget_meta_sql(const Tables &tables, Dialect dialect, std::string_view key);

// A condition that is true exactly when the version table holds these heads.
std::string heads_are(const Tables &tables, Dialect dialect, const std::vector<std::string> &heads);

} // namespace migrator::ledger
