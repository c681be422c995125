#include "migrator/commands/run_backup.h"

#include <fmt/format.h>

#include "migrator/backup/take.h"
#include "migrator/commands/backup_setup.h"
#include "migrator/commands/put_back.h"
#include "migrator/report/amount.h"

namespace migrator::commands {

RunBackup::RunBackup(const Context &context, const Connection &connection, const execute::Stop &stop, RunObserver &observer)
    : context_(context), connection_(connection), stop_(stop), run_observer_(observer),
      observer_(context, [&observer](const std::string &sentence) { observer.note(sentence); }),
      fence_(connection.database->backups(), observer) {}

Status RunBackup::take(const backup::RunFacts &facts, const std::string &run_id, execute::RunReport &report) {
  Status taken;
  switch (backup::kind_for(facts, context_.settings.backup)) {
  case backup::Kind::None:
    return {};
  case backup::Kind::External:
    taken = take_external(report);
    break;
  case backup::Kind::Dump:
    taken = take_dump(run_id, report);
    break;
  }
  return taken ? taken : stopped_or(std::move(taken.error()));
}

// An interruption is told as what caused it: a signal or the run's timeout.
Status RunBackup::stopped_or(Error error) const {
  if (error.code == ErrorCode::Terminated)
    if (Status stopped = stop_.check(); !stopped) return stopped;
  return fail(std::move(error));
}

Status RunBackup::take_external(execute::RunReport &report) {
  const config::BackupSettings &settings = context_.settings.backup;
  Result<std::string> id = backup::take_external(
      settings.command, settings.timeout, [this] { return stop_.reason().has_value(); }, context_.clock);
  if (!id) return fail(id.error());
  report.backup = execute::BackupReport{*id, 0, {}, "external", execute::rfc3339(context_.clock.now())};
  run_observer_.note(fmt::format("backup {}, taken by {}", *id, settings.command.front()));
  return {};
}

Status RunBackup::take_dump(const std::string &run_id, execute::RunReport &report) {
  const Result<backup::Store> store = configured_store(context_);
  if (!store) return fail(store.error());
  const auto began = context_.clock.steady();
  Result<backup::Manifest> taken = take_backup(
      context_, connection_, *store, take_request(context_, backup::Reason::BeforeRun, run_id),
      [this] { return stop_.reason().has_value(); }, observer_);
  if (!taken) return fail(taken.error());
  taken_ = std::move(*taken);
  const std::string verified(backup::name(taken_->proof));
  report.backup = execute::BackupReport{taken_->id, taken_->bytes, taken_->sha256, verified, taken_->created_at};
  const std::chrono::duration<double> seconds = context_.clock.steady() - began;
  run_observer_.note(fmt::format("backup {}: {}, {}, in {:.2f} s", taken_->id, report::bytes_text(taken_->bytes),
                                 taken_->proof == database::Proof::None ? "not verified" : "verified by " + verified,
                                 seconds.count()));
  return {};
}

// What the failed run left, for whoever wants to see why. The fence has kept everybody else out, so that nothing of theirs is in it: a backup of it
// that fails is no reason to leave the database half-way.
std::string RunBackup::keep_displaced(const std::string &run_id) {
  const Result<backup::Store> store = configured_store(context_);
  if (!store) return {};
  backup::TakeRequest request = take_request(context_, backup::Reason::Displaced, run_id);
  request.in_use = {taken_->id};
  request.copy_command.clear();
  Result<backup::Manifest> kept = take_backup(
      context_, connection_, *store, std::move(request), [] { return false; }, observer_);
  if (kept) return kept->id;
  run_observer_.note("what the failed run left could not be kept as a backup: " + kept.error().text());
  return {};
}

Error RunBackup::put_back(const execute::Surroundings &run, const database::HistoryName &history, Error why,
                          execute::RunReport &report) {
  const std::string displaced = keep_displaced(run.options.run_id);
  const backup::Store store(context_.settings.backup.folder);
  const Status restored = commands::put_back(run, history, PutBack{store, *taken_, displaced, false, {}}, observer_);
  if (!restored) {
    why.message += fmt::format("; restoring backup {} failed too: {}; when that is mended, `migrator restore {}` puts it back",
                               taken_->id, restored.error().text(), taken_->id);
    return why;
  }
  const database::HistoryMark *mark = mark_of(taken_->dumped, history, connection_.dialect);
  report.heads_after = mark == nullptr ? std::vector<std::string>() : mark->heads;
  report.outcome = execute::RunOutcome::Restored;
  why.code = ErrorCode::Restored;
  why.message += fmt::format("; backup {} was put back, the database is as it was before this run", taken_->id);
  return why;
}

} // namespace migrator::commands
