// See failure.h.
#include "operator/reconcile/failure.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "operator/api/bounded_text.h"
#include "operator/api/conditions.h"

namespace controller::reconcile {

using api::Reason;

namespace {

std::string sentence(std::string text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.pop_back();
  constexpr std::string_view kEnds = ".!?";
  if (!text.empty() && kEnds.find(text.back()) == std::string_view::npos) text += '.';
  return text;
}

std::string where(const api::FailedStep &failed) {
  std::string text;
  if (!failed.revision.empty()) text = fmt::format("revision {}: ", failed.revision);
  if (!failed.file.empty())
    text += failed.line > 0 ? fmt::format("{}:{}: ", failed.file, failed.line) : fmt::format("{}: ", failed.file);
  if (!failed.sqlstate.empty()) text += fmt::format("SQLSTATE {}: ", failed.sqlstate);
  return text;
}

constexpr std::string_view kEvery10 = "It is tried again every 10 minutes, and at once after an edit.";
constexpr std::string_view kThenAsk = "then change the spec, or set the annotation migrator.dev/requestedAt to a new value";

std::string down_advice(const api::Status &status, const api::Spec &spec) {
  if (!status.last_success)
    return fmt::format(
        "A first run never goes down: choose a target that contains what the database has, or take it down by hand "
        "with `migrator downgrade`. {}",
        kEvery10);
  return fmt::format("Going down takes a spec.target other than that of the last success ({}): {} is the same. {}",
                     status.last_success->target, spec.target, kEvery10);
}

std::string advice(const api::Status &status, const api::Spec &spec, Reason reason) {
  switch (reason) {
  case Reason::Retrying:
    return fmt::format("Attempt {} follows.", status.run ? status.run->attempt : 1);
  case Reason::RetriesExhausted:
    return fmt::format("It went on past spec.retry.deadline ({}s). Mend the cause; {}", spec.retry_deadline.count(),
                       "it is tried again every 10 minutes, and at once after an edit.");
  case Reason::BackupFailed:
    return fmt::format("Nothing was changed. Mend the backup's volume or command. {}", kEvery10);
  case Reason::NoPermission:
    return fmt::format("Nothing was changed. Give the database role what it lacks. {}", kEvery10);
  case Reason::Irreversible:
    return fmt::format("Nothing was changed. Choose a target that keeps the revision, or restore a backup. {}", kEvery10);
  case Reason::DatabaseAhead:
    return down_advice(status, spec);
  case Reason::DowngradeDenied:
    return fmt::format("Nothing was changed. Set spec.target back to {}, or spec.downgrade to Approve or Allow. {}",
                       status.last_success ? status.last_success->target : "head", kEvery10);
  case Reason::OwnedByAnother:
    return fmt::format(
        "Nothing was changed. Remove one of the two Migrations, or take the history over by setting the annotation {} to "
        "the uid of its recorded owner. {}",
        api::kAdopt, kEvery10);
  case Reason::TimedOut:
    return fmt::format("What was committed stays. Raise spec.timeout; to go on, {}.", kThenAsk);
  case Reason::MigrationFailed:
    return fmt::format("The step was rolled back. Mend the revision or the data, {}.", kThenAsk);
  case Reason::InvalidRevisions:
    return fmt::format("Nothing was changed. Mend the files, the target or the settings, {}.", kThenAsk);
  case Reason::HistoryMismatch:
    return fmt::format("Nothing was changed. Put the revision back as it was applied, {}.", kThenAsk);
  case Reason::Diverged:
    return fmt::format("Nothing was changed. Merge the branches in the revision files, {}.", kThenAsk);
  case Reason::StoppedHalfway:
    return fmt::format("Look with `migrator status` at what was left, finish or undo it as that says, {}.", kThenAsk);
  case Reason::Reverted:
    return fmt::format("This run's steps were taken back. Mend the revision or the data, {}.", kThenAsk);
  case Reason::Restored:
    return fmt::format("The backup was put back. Mend the revision or the data, {}.", kThenAsk);
  case Reason::RunnerTooOld:
    return "Build the runner's image on a newer migrator.";
  case Reason::RunnerTooNew:
    return "Update the operator, or build the runner's image on an older migrator.";
  case Reason::InvalidReport:
    return fmt::format("Check that spec.runner.image is a migrator image, {}.", kThenAsk);
  case Reason::RunnerBug:
    return fmt::format("Please report it with the pod's log; to try again, {}.", "set migrator.dev/requestedAt");
  default:
    return fmt::format("Mend the cause, {}.", kThenAsk);
  }
}

} // namespace

Reason reason_named(std::string_view name) {
  for (const api::ReasonText &reason : api::reasons())
    if (reason.name == name) return reason.reason;
  return Reason::MigrationFailed;
}

std::string failure_message(const api::Status &status, const api::Spec &spec) {
  const api::FinishedRun &last = *status.last_run;
  const api::FailedStep failed = last.failed.value_or(api::FailedStep{});
  const std::string ended = last.exit_code > 0 ? fmt::format(" ended with exit code {}", last.exit_code) : std::string(" failed");
  const std::string cause =
      fmt::format("run {} ({}, attempt {}){}: {}{}", last.sequence, api::name(last.kind), last.attempt, ended, where(failed),
                  sentence(failed.message.empty() ? "no cause is known" : failed.message));
  const std::string what_to_do = advice(status, spec, reason_named(last.reason));
  constexpr std::size_t kLeastCause = 200;
  const std::size_t room = api::kLongestMessage - std::min(what_to_do.size() + 1, api::kLongestMessage - kLeastCause);
  return api::bounded_text(fmt::format("{} {}", api::bounded_text(cause, room), what_to_do), api::kLongestMessage);
}

} // namespace controller::reconcile
