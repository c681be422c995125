// Hears of a run and says it: steps and rows to the Progress that fits the terminal, waiting and notes to the output.
#pragma once

#include <memory>

#include "migrator/commands/context.h"
#include "migrator/execute/run.h"
#include "migrator/report/progress.h"

namespace migrator::commands {

class RunObserver final : public execute::Observer {
public:
  explicit RunObserver(const Context &context);
  ~RunObserver() override;

  void waiting_for_lock(const std::optional<database::LockHolder> &holder) override;
  void note(const std::string &sentence) override;
  void step_started(const plan::Step &step, std::size_t index, std::size_t of) override;
  void batch_done(const std::string &name, std::int64_t rows_so_far, std::int64_t rows_estimated) override;
  void step_finished(const execute::StepReport &step, std::size_t index, std::size_t of) override;

  // After the last step, or after the one that failed; takes a bar off the screen.
  void ended(bool failed);
  // Every note so far, for the report.
  const std::vector<std::string> &notes() const noexcept { return notes_; }

private:
  const Context &context_;
  std::unique_ptr<report::Progress> progress_;
  report::StepProgress current_;
  bool in_step_ = false;
  bool ended_ = false;
  std::vector<std::string> notes_;
};

} // namespace migrator::commands
