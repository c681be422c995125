// The DDL of a history: version table, journal, meta and the view for readers (docs/history-tables.md). Pure: SQL text only.
#pragma once

#include <string>

#include "migrator/ledger/names.h"

namespace migrator::ledger {

// The format written into the meta table; a newer one found there is refused.
inline constexpr int kHistoryFormat = 1;

// Statements that make whatever of the history is missing; running them again changes nothing. A version table that is
// there already (Alembic's) is taken as it is.
std::string create_history(const Tables &tables, Dialect dialect);

} // namespace migrator::ledger
