#include "migrator/commands/backup_setup.h"

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

backup::TakeRequest take_request(const Context &context, backup::Reason reason, const std::string &run_id,
                                 std::vector<std::string> in_use) {
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
  request.in_use = std::move(in_use);
  return request;
}

} // namespace migrator::commands
