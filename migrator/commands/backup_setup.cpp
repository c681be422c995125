// See backup_setup.h.
#include "migrator/commands/backup_setup.h"

#include <fmt/format.h>

#include "migrator/database/drivers.h"
#include "migrator/ledger/names.h"
#include "migrator/report/printable.h"

namespace migrator::commands {

Result<backup::Store> configured_store(const Context &context) {
  if (context.settings.backup.folder.empty())
    return fail(
        ErrorCode::InvalidConfiguration,
        "no folder for backups is configured; set backup.folder in migrator.yaml, MIGRATOR_BACKUP_FOLDER, or --backup-folder");
  return backup::Store(context.settings.backup.folder);
}

database::Scratch scratch_of(const config::Settings &settings) {
  database::Scratch scratch;
  scratch.url = settings.scratch_url;
  if (settings.scratch_same_server) scratch.same_server = settings.direct_url ? settings.direct_url : settings.database_url;
  return scratch;
}

database::Proof proof_of(config::BackupVerification verify) {
  switch (verify) {
  case config::BackupVerification::Archive:
    return database::Proof::Archive;
  case config::BackupVerification::Restore:
    return database::Proof::Restore;
  case config::BackupVerification::None:
    break;
  }
  return database::Proof::None;
}

backup::TakeRequest take_request(const Context &context, backup::Reason reason, const std::string &run_id) {
  const config::BackupSettings &settings = context.settings.backup;
  backup::TakeRequest request;
  request.reason = reason;
  request.run_id = run_id;
  request.tool_version = MIGRATOR_VERSION;
  request.proof = proof_of(settings.verify);
  request.scratch = scratch_of(context.settings);
  request.max_bytes = settings.max_bytes;
  request.timeout = settings.timeout;
  request.copy_command = settings.copy_command;
  request.retention.count = settings.retain;
  if (settings.retain_days) request.retention.age = std::chrono::hours(24) * *settings.retain_days;
  return request;
}

Result<std::vector<std::string>> backups_in_use(const Connection &connection) {
  const Result<std::vector<database::HistoryMark>> histories = connection.database->backups().histories();
  if (!histories) return fail(histories.error());
  std::vector<std::string> ids;
  for (const database::HistoryMark &mark : *histories) {
    if (mark.last_entry == 0) continue;
    const Result<database::Rows> rows = connection.database->query(fmt::format(
        "SELECT backup_id FROM {} WHERE id = {}", ledger::tables(mark.name, connection.dialect).journal, mark.last_entry));
    if (!rows) return fail(rows.error());
    if (!rows->rows.empty() && rows->rows.front().front()) ids.push_back(*rows->rows.front().front());
  }
  return ids;
}

Result<backup::Manifest> take_backup(const Context &context, const Connection &connection, const backup::Store &store,
                                     backup::TakeRequest request, std::function<bool()> interrupted,
                                     database::BackupObserver &observer) {
  const Result<std::vector<std::string>> in_use = backups_in_use(connection);
  if (!in_use) return fail(in_use.error());
  request.in_use.insert(request.in_use.end(), in_use->begin(), in_use->end());
  return backup::take({connection.database->backups(), connection.driver->prover(), store, context.clock, context.random,
                       std::move(interrupted), observer},
                      request);
}

Result<const database::Driver *> driver_of(const database::Dumped &dumped) {
  if (dumped.identity.product == "SQLite") return database::driver_for(Dialect::Sqlite);
  if (dumped.identity.product == "PostgreSQL") return database::driver_for(Dialect::Postgresql);
  return fail(ErrorCode::BackupFailed, fmt::format("the backup is of \"{}\", which this migrator does not know. Use a newer one.",
                                                   report::printable(dumped.identity.product)));
}

} // namespace migrator::commands
