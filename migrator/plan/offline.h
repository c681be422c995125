// A plan as a SQL script for psql or sqlite3 (`--sql`): the same units and the same bookkeeping as a run, each revision guarded so
// that nothing runs on a database that is not where the script begins. Pure.
#pragma once

#include <string>
#include <vector>

#include "migrator/ledger/names.h"
#include "migrator/plan/plan.h"

namespace migrator::plan {

// Who wrote the script; what the journal is told.
struct OfflineOptions {
  std::string run_id;
  std::string who;
  std::string host;
  std::string tool_version;
  std::string started_at; // when the script was written, RFC 3339
};

// The whole script; it makes the history's tables first where they are missing. Data sections are one statement over the whole range.
// InvalidRevisionFile: a data statement without its parameters.
Result<std::string> offline_script(const Plan &plan, const ledger::Tables &tables, Dialect dialect,
                                   const OfflineOptions &options);

// The script of `stamp --sql`. `rows`: what the journal is told.
std::string offline_stamp(const std::vector<std::string> &heads_before, const std::vector<std::string> &heads_after,
                          const std::vector<ledger::Entry> &rows, const ledger::Tables &tables, Dialect dialect);

} // namespace migrator::plan
