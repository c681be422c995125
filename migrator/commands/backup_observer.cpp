#include "migrator/commands/backup_observer.h"

#include <fmt/format.h>

#include "migrator/report/amount.h"

namespace migrator::commands {

namespace {

std::string_view doing(database::BackupPhase phase) {
  switch (phase) {
  case database::BackupPhase::Dump:
    return "taking the backup";
  case database::BackupPhase::Hash:
    return "hashing the backup";
  case database::BackupPhase::Prove:
    return "proving the backup";
  case database::BackupPhase::Restore:
    return "restoring";
  case database::BackupPhase::Compare:
    break;
  }
  return "comparing";
}

} // namespace

void BackupObserver::progressed(database::BackupPhase phase, std::int64_t done, std::int64_t of) {
  const auto now = context_.clock.steady();
  if (now < next_word_) return;
  next_word_ = now + kBetweenWords;
  const bool rows = phase == database::BackupPhase::Compare;
  const std::string so_far = rows ? fmt::format("{} rows", done) : report::bytes_text(done);
  const std::string percent = of > 0 ? fmt::format(", {} %", std::min<std::int64_t>(100, done * 100 / of)) : std::string();
  context_.log.event(report::LogLevel::Info, "backup_progress", fmt::format("{}: {}{}", doing(phase), so_far, percent),
                     {{"done", done}, {"of", of}});
}

} // namespace migrator::commands
