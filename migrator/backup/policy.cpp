#include "migrator/backup/policy.h"

namespace migrator::backup {

using config::BackupPolicy;

Kind kind_for(const RunFacts &run, const config::BackupSettings &settings) {
  if (run.must_restore) return Kind::Dump;
  if (run.asked == false) return Kind::None;
  const Kind taken = settings.policy == BackupPolicy::External ? Kind::External : Kind::Dump;
  if (run.asked == true) return taken;
  if (!settings.policy) return run.is_migrate && !settings.folder.empty() ? Kind::Dump : Kind::None;
  switch (*settings.policy) {
  case BackupPolicy::Always:
  case BackupPolicy::External:
    return taken;
  case BackupPolicy::Destructive:
    return run.destructive ? Kind::Dump : Kind::None;
  case BackupPolicy::Never:
    break;
  }
  return Kind::None;
}

} // namespace migrator::backup
