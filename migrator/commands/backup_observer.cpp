// See backup_observer.h.
#include "migrator/commands/backup_observer.h"

#include "migrator/report/phase_text.h"

namespace migrator::commands {

namespace {

constexpr std::chrono::seconds kBetweenWords{2};

report::Phase phase_of(database::BackupPhase phase) {
  switch (phase) {
  case database::BackupPhase::Dump:
    return report::Phase::Dump;
  case database::BackupPhase::Prove:
    return report::Phase::Prove;
  case database::BackupPhase::Hash:
    return report::Phase::Hash;
  case database::BackupPhase::Restore:
    return report::Phase::Restore;
  case database::BackupPhase::Compare:
    break;
  }
  return report::Phase::Compare;
}

} // namespace

BackupObserver::BackupObserver(const Context &context, std::function<void(const std::string &)> note)
    : context_(context), note_(std::move(note)),
      progress_(report::make_phase_progress(context.output, context.global.log_format,
                                            [&clock = context.clock] {
                                              return std::chrono::duration_cast<std::chrono::milliseconds>(
                                                  clock.steady().time_since_epoch());
                                            })),
      next_word_(context.clock.steady() + kBetweenWords) {}

BackupObserver::~BackupObserver() {
  ended();
}

void BackupObserver::progressed(database::BackupPhase phase, std::int64_t done, std::int64_t of) {
  const report::PhaseState state{phase_of(phase), done, of};
  progress_->progressed(state);
  const report::OutputOptions &options = context_.output.options();
  const bool shown = !context_.output.json() && (context_.global.log_format == report::LogFormat::Json || options.error_terminal);
  if (const auto now = context_.clock.steady(); !shown && now >= next_word_) {
    next_word_ = now + kBetweenWords;
    context_.log.event(report::LogLevel::Info, "backup_progress", report::phase_sentence(state), {{"done", done}, {"of", of}});
  }
}

void BackupObserver::note(const std::string &sentence) {
  ended();
  note_(sentence);
}

void BackupObserver::ended() {
  progress_->ended();
}

} // namespace migrator::commands
