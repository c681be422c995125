// See backups.h.
#include "migrator/database/postgresql/backups.h"

namespace migrator::database::postgresql {

Result<BackupNeeds> PostgresqlBackups::check(const BackupCheck &) {
  return fail(ErrorCode::Internal, "not built yet");
}
Result<Dumped> PostgresqlBackups::dump(const DumpRequest &, BackupObserver &) {
  return fail(ErrorCode::Internal, "not built yet");
}
Result<std::vector<HistoryMark>> PostgresqlBackups::histories() {
  return fail(ErrorCode::Internal, "not built yet");
}
DatabaseIdentity PostgresqlBackups::identity() {
  return {};
}
Status PostgresqlBackups::raise_fence(std::chrono::milliseconds) {
  return fail(ErrorCode::Internal, "not built yet");
}
Status PostgresqlBackups::lower_fence() {
  return fail(ErrorCode::Internal, "not built yet");
}
Result<bool> PostgresqlBackups::lower_stale_fence() {
  return false;
}
Status PostgresqlBackups::check_restore(const RestoreRequest &) {
  return fail(ErrorCode::Internal, "not built yet");
}
Status PostgresqlBackups::restore(const RestoreRequest &, BackupObserver &) {
  return fail(ErrorCode::Internal, "not built yet");
}
Status PostgresqlBackups::restore_into_empty(const RestoreRequest &, BackupObserver &) {
  return fail(ErrorCode::Internal, "not built yet");
}

void PostgresqlBackups::interrupt() noexcept {}

Status PostgresqlProver::prove(const std::string &, const Dumped &, Proof, const Scratch &, Deadline,
                               const std::function<bool()> &, BackupObserver &) const {
  return fail(ErrorCode::Internal, "not built yet");
}

} // namespace migrator::database::postgresql
