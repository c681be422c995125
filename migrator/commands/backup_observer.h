// Hears of a dump, a proof or a restore and says how far it is: an event every few seconds, so that nobody wonders whether it hangs.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "migrator/commands/context.h"
#include "migrator/database/backup.h"

namespace migrator::commands {

class BackupObserver final : public database::BackupObserver {
public:
  // Notes go to `note`, which a run adds to its report.
  BackupObserver(const Context &context, std::function<void(const std::string &)> note)
      : context_(context), note_(std::move(note)), next_word_(context.clock.steady() + kBetweenWords) {}

  void progressed(database::BackupPhase phase, std::int64_t done, std::int64_t of) override;
  void note(const std::string &sentence) override { note_(sentence); }

private:
  static constexpr std::chrono::seconds kBetweenWords{2};

  const Context &context_;
  std::function<void(const std::string &)> note_;
  std::chrono::steady_clock::time_point next_word_;
};

} // namespace migrator::commands
