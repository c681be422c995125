#include "migrator/commands/run_observer.h"

#include <fmt/format.h>

#include "migrator/report/printable.h"

namespace migrator::commands {

RunObserver::RunObserver(const Context &context)
    : context_(context), progress_(report::make_progress(context.output, context.global.log_format, [&clock = context.clock] {
        return std::chrono::duration_cast<std::chrono::milliseconds>(clock.steady().time_since_epoch());
      })) {}

RunObserver::~RunObserver() {
  ended(false);
}

void RunObserver::waiting_for_lock(const std::optional<database::LockHolder> &holder) {
  const std::string who = holder ? report::printable(fmt::format("{} since {}", holder->who, holder->since)) : "another migrator";
  context_.log.event(report::LogLevel::Info, "waiting_for_lock", "waiting for the lock, held by " + who);
}

void RunObserver::note(const std::string &sentence) {
  notes_.push_back(sentence);
  context_.log.event(report::LogLevel::Info, "note", report::printable(sentence));
}

void RunObserver::step_started(const plan::Step &step, std::size_t index, std::size_t of) {
  current_ = report::StepProgress{index + 1, of, step.revision, step.direction, step.script->message};
  in_step_ = true;
  progress_->step_started(current_);
}

void RunObserver::batch_done(const std::string &, std::int64_t rows_so_far, std::int64_t rows_estimated) {
  progress_->rows_done(rows_so_far, rows_estimated);
}

void RunObserver::step_finished(const execute::StepReport &step, std::size_t, std::size_t) {
  in_step_ = false;
  progress_->step_finished(current_, std::chrono::milliseconds(step.milliseconds));
}

void RunObserver::ended(bool failed) {
  if (ended_) return;
  ended_ = true;
  if (failed && in_step_) progress_->step_failed(current_);
  progress_->ended();
}

} // namespace migrator::commands
