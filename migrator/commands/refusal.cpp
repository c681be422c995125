// See refusal.h.
#include "migrator/commands/refusal.h"

#include "migrator/commands/run_setup.h"
#include "migrator/config/load.h"
#include "migrator/execute/clock.h"
#include "migrator/report/plan_report.h"
#include "migrator/report/run_report.h"

namespace migrator::commands {

namespace {

std::string run_report(const std::string &run_id, const std::string &now, const Error &error) {
  execute::RunReport report;
  report.run_id = run_id;
  report.started_at = now;
  report.outcome = execute::RunOutcome::Failed;
  report.error = error;
  return report::bounded_report(report, {});
}

std::string plan_report(const std::string &run_id, const std::string &now, const Error &error) {
  report::PlanReport report;
  report.run_id = run_id;
  report.started_at = now;
  report.error = error;
  return report::bounded_plan_report(report, report::kLargestReport);
}

} // namespace

void report_refusal(report::Output &output, const cli::RequestedReport &requested, const Error &error) {
  if (requested.file.empty()) return;
  const std::string run_id =
      requested.run_id.empty() ? config::process_environment()("MIGRATOR_RUN_ID").value_or("") : requested.run_id;
  const std::string now = execute::rfc3339(execute::system_clock().now());
  leave_report(output, requested.file, requested.dry_run ? plan_report(run_id, now, error) : run_report(run_id, now, error));
}

} // namespace migrator::commands
