// See dry_run.h.
#include "migrator/commands/dry_run.h"

#include "migrator/commands/plan_check.h"
#include "migrator/commands/run_setup.h"
#include "migrator/commands/standing.h"
#include "migrator/execute/executor.h"
#include "migrator/plan/danger.h"
#include "migrator/report/plan_report.h"
#include "migrator/report/run_report.h"

namespace migrator::commands {

namespace {

class DryRun {
public:
  DryRun(const Context &context, const MoveRequest &request, const execute::RunOptions &options)
      : context_(context), request_(request), options_(options) {}

  Status run() {
    const auto started = context_.clock.steady();
    report::PlanReport report;
    report.run_id = options_.run_id;
    report.started_at = execute::rfc3339(context_.clock.now());
    Status done = look();
    if (done) {
      context_.output.document(report::plan_document(*plan_));
      context_.output.block(report::plan_text(*plan_, context_.output.options().style));
    }
    if (request_.options.report.empty()) return done;
    if (!done) report.error = done.error();
    report.milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(context_.clock.steady() - started).count();
    fill(report);
    leave_report(context_.output, request_.options.report, report::bounded_plan_report(report, report::kLargestReport));
    return done;
  }

private:
  // A Job's plan must find what its run would: then the database is opened as the run would open it.
  bool for_a_job() const { return options_.owner.has_value(); }

  Status look() {
    Result<Files> files = load_files(context_);
    if (!files) return fail(files.error());
    files_ = std::move(*files);
    const bool missing = request_.plan.verb != plan::Request::Verb::Downgrade && is_missing_file(context_.settings);
    Result<Connection> connection =
        missing ? connect_to_nothing(context_)
                : connect(context_, for_a_job() ? Access::Write : Access::Read, {.run_id = options_.run_id});
    if (!connection) return fail(connection.error());
    dialect_ = connection->dialect;
    if (for_a_job() && !missing)
      if (Status ready = connection->database->preflight(); !ready) return ready;
    Result<Standing> standing = missing ? standing_of_nothing(*files_) : read_standing(*connection, *files_);
    if (!standing) return fail(standing.error());
    standing_ = std::move(*standing);
    if (for_a_job())
      if (Status mine = execute::check_owner(options_, standing_->state); !mine) return mine;
    Result<plan::Plan> plan = make_plan(*connection, *files_, *standing_, request_.plan);
    if (!plan) return fail(plan.error());
    plan_ = std::move(*plan);
    return for_a_job() ? check_plan(options_, standing_->state, *plan_) : Status();
  }

  void fill(report::PlanReport &report) const {
    report.sql = request_.options.report_sql;
    report.bearings = bearings(files_, standing_, request_.plan.targets, standing_ ? standing_->state.heads : Heads());
    if (standing_) report.heads = standing_->state.heads;
    if (!plan_) return;
    report.plan = &*plan_;
    report.losses = plan::losses(*plan_, dialect_);
  }

  const Context &context_;
  const MoveRequest &request_;
  const execute::RunOptions &options_;
  std::optional<Files> files_;
  std::optional<Standing> standing_;
  std::optional<plan::Plan> plan_;
  Dialect dialect_ = Dialect::Sqlite;
};

} // namespace

Status dry_run(const Context &context, const MoveRequest &request, const execute::RunOptions &options) {
  return DryRun(context, request, options).run();
}

} // namespace migrator::commands
