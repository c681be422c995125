#include "migrator/report/run_report.h"

#include <fmt/format.h>

#include "migrator/config/job.h"
#include "migrator/report/bounded.h"
#include "migrator/report/error_text.h"
#include "migrator/report/printable.h"

namespace migrator::report {

namespace {

using nlohmann::ordered_json;

double seconds(std::int64_t milliseconds) {
  return static_cast<double>(milliseconds) / 1000.0;
}

std::string heads_text(const std::vector<std::string> &heads) {
  return printable(ledger::heads_text(heads));
}

} // namespace

nlohmann::ordered_json run_document(const execute::RunReport &run) {
  ordered_json steps = ordered_json::array();
  for (const execute::StepReport &step : run.steps)
    steps.push_back({{"revision", step.revision}, {"direction", name(step.direction)}, {"seconds", seconds(step.milliseconds)}});
  ordered_json out = {{"outcome", execute::name(run.outcome)},
                      {"exit_code", run.error ? exit_code(run.error->code) : 0},
                      {"run_id", run.run_id},
                      {"heads_before", run.heads_before},
                      {"heads_after", run.heads_after},
                      {"untouched", run.untouched},
                      {"steps", std::move(steps)},
                      {"plan_hash", run.plan_hash},
                      {"started_at", run.started_at},
                      {"seconds", seconds(run.milliseconds)},
                      {"notes", run.notes}};
  if (run.backup)
    out["backup"] = {{"id", run.backup->id},
                     {"bytes", run.backup->bytes},
                     {"sha256", run.backup->sha256},
                     {"verified", run.backup->verified},
                     {"time", run.backup->time}};
  if (run.error) out["error"] = error_document(*run.error)["error"];
  return out;
}

std::string run_text(const execute::RunReport &run, const Style &style) {
  std::string out;
  switch (run.outcome) {
  case execute::RunOutcome::NothingToDo:
    out = fmt::format("nothing to do: the database is at {}\n", heads_text(run.heads_after));
    break;
  case execute::RunOutcome::Ahead:
    out = fmt::format("nothing to do: the database is ahead of these files, at {}\n", heads_text(run.heads_after));
    break;
  case execute::RunOutcome::Done:
    out = style.paint(Ink::Green, "done") + fmt::format(": {} step{}, from {} to {}, in {:.2f} s\n", run.steps.size(),
                                                        run.steps.size() == 1 ? "" : "s", heads_text(run.heads_before),
                                                        heads_text(run.heads_after), seconds(run.milliseconds));
    break;
  case execute::RunOutcome::Reverted:
    out = style.paint(Ink::Yellow, "reverted") + fmt::format(": the database is at {} again\n", heads_text(run.heads_after));
    break;
  case execute::RunOutcome::Restored:
    out = style.paint(Ink::Yellow, "restored") +
          fmt::format(": the database is at {} again, as its backup had it\n", heads_text(run.heads_after));
    break;
  case execute::RunOutcome::Failed:
    out = fmt::format("stopped: the database is at {}\n", heads_text(run.heads_after));
    break;
  }
  if (!run.untouched.empty()) out += fmt::format("left alone: {}\n", heads_text(run.untouched));
  return out;
}

std::string bounded_report(const execute::RunReport &run, const Bearings &bearings, std::size_t limit) {
  ordered_json whole = {{"protocol", config::kProtocol}, {"kind", "run"}};
  whole.update(run_document(run));
  add_bearings(whole, bearings);
  BoundedDocument document(std::move(whole), limit);
  document.cut("notes", CutFrom::Front);
  document.cut("steps", CutFrom::Front);
  document.cut("applied_revisions", CutFrom::Back);
  document.cut("untouched", CutFrom::Front);
  document.cut_error();
  for (const char *heads : {"file_heads", "target_heads", "heads_before", "heads_after"}) document.cut(heads, CutFrom::Back);
  for (const char *text : {"/error/file", "/error/sqlstate", "/error/revision", "/started_at", "/plan_hash", "/backup/time",
                           "/backup/id", "/run_id"})
    document.shorten(text);
  return document.text();
}

} // namespace migrator::report
