// See backups.h.
#include "migrator/database/sqlite/backups.h"

namespace migrator::database::sqlite {

Result<BackupNeeds> SqliteBackups::check(const BackupCheck &) {
  return fail(ErrorCode::Internal, "not built yet");
}
Result<Dumped> SqliteBackups::dump(const DumpRequest &, BackupObserver &) {
  return fail(ErrorCode::Internal, "not built yet");
}
Result<std::vector<HistoryMark>> SqliteBackups::histories() {
  return fail(ErrorCode::Internal, "not built yet");
}
DatabaseIdentity SqliteBackups::identity() {
  return {};
}
Status SqliteBackups::raise_fence(std::chrono::milliseconds) {
  return fail(ErrorCode::Internal, "not built yet");
}
Status SqliteBackups::lower_fence() {
  return fail(ErrorCode::Internal, "not built yet");
}
Result<bool> SqliteBackups::lower_stale_fence() {
  return false;
}
Status SqliteBackups::check_restore(const RestoreRequest &) {
  return fail(ErrorCode::Internal, "not built yet");
}
Status SqliteBackups::restore(const RestoreRequest &, BackupObserver &) {
  return fail(ErrorCode::Internal, "not built yet");
}
Status SqliteBackups::restore_into_empty(const RestoreRequest &, BackupObserver &) {
  return fail(ErrorCode::Internal, "not built yet");
}

Status SqliteProver::prove(const std::string &, const Dumped &, Proof, const Scratch &, Deadline, const std::function<bool()> &,
                           BackupObserver &) const {
  return fail(ErrorCode::Internal, "not built yet");
}

} // namespace migrator::database::sqlite
