#include "migrator/commands/put_back.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "migrator/ledger/schema.h"
#include "migrator/ledger/survivors.h"
#include "migrator/ledger/write.h"
#include "migrator/script/sha256.h"

namespace migrator::commands {

bool same_history(const database::HistoryName &one, const database::HistoryName &other, Dialect dialect) {
  return ledger::tables(one, dialect).version == ledger::tables(other, dialect).version;
}

const database::HistoryMark *mark_of(const database::Dumped &dumped, const database::HistoryName &history, Dialect dialect) {
  for (const database::HistoryMark &mark : dumped.histories)
    if (same_history(mark.name, history, dialect)) return &mark;
  return nullptr;
}

database::RestoreRequest restore_request(const PutBack &what) {
  database::RestoreRequest request;
  request.folder = what.store.folder_of(what.manifest.id);
  request.dumped = what.manifest.dumped;
  request.swap = what.swap;
  if (what.swap) {
    // One a database, so that whichever backup is restored next finds what a killed swap has left.
    const database::DatabaseIdentity &of = what.target;
    request.swap_journal = fmt::format("{}/.swap-{}.json", what.store.folder(),
                                       script::sha256_hex(of.product + '\0' + of.server + '\0' + of.name).substr(0, 16));
  }
  return request;
}

Status put_back(const execute::Surroundings &run, const database::HistoryName &history, const PutBack &what,
                database::BackupObserver &observer) {
  const Dialect dialect = run.database.dialect();
  const database::HistoryMark *mark = mark_of(what.manifest.dumped, history, dialect);
  const std::string who = run.options.who + "@" + run.options.host;
  const std::string at = execute::rfc3339(run.clock.now());
  Result<std::string> rows =
      ledger::survivors_sql(run.database, history, mark == nullptr ? 0 : mark->last_entry,
                            fmt::format("taken away when {} restored backup {} at {}", who, what.manifest.id, at));
  if (!rows) return fail(rows.error());
  const nlohmann::ordered_json told = {
      {"backup", what.manifest.id}, {"displaced", what.displaced}, {"who", who}, {"at", at}, {"run_id", run.options.run_id}};
  database::RestoreRequest request = restore_request(what);
  request.bookkeeping = *rows + ledger::meta_sql(run.tables, dialect, ledger::kLastRestoreKey,
                                                 told.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  return run.database.backups().restore(request, observer);
}

} // namespace migrator::commands
