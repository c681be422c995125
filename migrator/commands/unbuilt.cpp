#include "migrator/commands/commands.h"

namespace migrator::commands {

Status backup(const Context &, const cli::BackupArguments &) {
  return fail(ErrorCode::Internal, "not built yet");
}
Status backups(const Context &, const cli::BackupsArguments &) {
  return fail(ErrorCode::Internal, "not built yet");
}
Status verify(const Context &, const cli::VerifyArguments &) {
  return fail(ErrorCode::Internal, "not built yet");
}

} // namespace migrator::commands
