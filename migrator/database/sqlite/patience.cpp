#include "migrator/database/sqlite/patience.h"

#include <utility>

namespace migrator::database::sqlite {

Status Patience::check() const {
  if (interrupted && interrupted())
    return fail(ErrorCode::Terminated, "the work was interrupted and nothing of it is left: run the command again");
  if (deadline && std::chrono::steady_clock::now() >= *deadline)
    return fail(ErrorCode::BackupFailed,
                "the time for the backup ran out: raise backup.timeout, or run when fewer others use the database's disk");
  return {};
}

Error ended(Error error, const Patience &patience, const std::string &what) {
  if (error.code == ErrorCode::Terminated) {
    if (auto checked = patience.check(); !checked) return std::move(checked.error());
    return error;
  }
  error.code = ErrorCode::BackupFailed;
  error.message = what + ": " + error.message;
  return error;
}

} // namespace migrator::database::sqlite
