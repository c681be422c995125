// Hears of a dump, a proof or a restore and says how far it is: a bar on a terminal, lines of events for programs, and a word every few seconds for
// whoever reads a log, so that nobody wonders whether it hangs.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "migrator/commands/context.h"
#include "migrator/database/backup.h"
#include "migrator/report/phase_progress.h"

namespace migrator::commands {

class BackupObserver final : public database::BackupObserver {
public:
  // Notes go to `note`, which a run adds to its report.
  BackupObserver(const Context &context, std::function<void(const std::string &)> note);
  ~BackupObserver() override;

  void progressed(database::BackupPhase phase, std::int64_t done, std::int64_t of) override;
  void note(const std::string &sentence) override;
  // Takes a bar off the screen, before something else is said.
  void ended();

private:
  const Context &context_;
  std::function<void(const std::string &)> note_;
  std::unique_ptr<report::PhaseProgress> progress_;
  std::chrono::steady_clock::time_point next_word_;
};

} // namespace migrator::commands
