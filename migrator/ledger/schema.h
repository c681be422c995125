// The DDL of a history: version table, journal, meta and the view for readers (docs/history-tables.md). Pure: SQL text only.
#pragma once

#include <string>
#include <string_view>

#include "migrator/ledger/names.h"

namespace migrator::ledger {

// The format written into the meta table; a newer one found there is refused.
inline constexpr int kHistoryFormat = 1;

// The meta row that a fence leaves while it is up: what must be put back when its run was killed (the adapter's own JSON).
inline constexpr std::string_view kFenceKey = "fence";
// The meta row that tells of the last restore: {"backup","displaced","who","at"}.
inline constexpr std::string_view kLastRestoreKey = "last_restore";

// Statements that make whatever of the history is missing; running them again changes nothing. A version table that is
// there already (Alembic's) is taken as it is.
std::string create_history(const Tables &tables, Dialect dialect);

} // namespace migrator::ledger
