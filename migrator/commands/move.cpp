#include "migrator/commands/move.h"

#include <algorithm>
#include <future>

#include <fmt/format.h>

#include "migrator/commands/connection.h"
#include "migrator/commands/dry_run.h"
#include "migrator/commands/history_writer.h"
#include "migrator/commands/plan_check.h"
#include "migrator/commands/run_backup.h"
#include "migrator/commands/run_setup.h"
#include "migrator/commands/standing.h"
#include "migrator/execute/executor.h"
#include "migrator/execute/lock.h"
#include "migrator/execute/signals.h"
#include "migrator/ledger/read.h"
#include "migrator/plan/danger.h"
#include "migrator/plan/offline.h"
#include "migrator/report/printable.h"
#include "migrator/report/question.h"
#include "migrator/report/run_report.h"

namespace migrator::commands {

namespace {

// One run of one verb.
class Move {
public:
  Move(const Context &context, const MoveRequest &request)
      : context_(context), request_(request), options_(run_options(context, request.options)) {
    if (!request.approved.empty()) options_.approved_hash = request.approved;
    report_.run_id = options_.run_id;
    report_.started_at = execute::rfc3339(context.clock.now());
  }

  Status run() {
    if (request_.options.dry_run) return dry_run(context_, request_, options_);
    const auto started = context_.clock.steady();
    Status done = run_reported();
    report_.milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(context_.clock.steady() - started).count();
    if (!done) {
      if (report_.outcome != execute::RunOutcome::Reverted && report_.outcome != execute::RunOutcome::Restored)
        report_.outcome = execute::RunOutcome::Failed;
      report_.error = done.error();
    }
    return say(std::move(done));
  }

private:
  Access access() const { return request_.plan.verb == plan::Request::Verb::Downgrade ? Access::Write : Access::Create; }

  bool makes_the_file() const { return access() == Access::Create && is_missing_file(context_.settings); }

  // Whatever the files, the target or the flags are refused for leaves no empty database behind.
  Status check_before_making_the_file(const Files &files) const {
    Result<Connection> connection = connect_to_nothing(context_);
    if (!connection) return fail(connection.error());
    Result<Standing> standing = standing_of_nothing(files);
    if (!standing) return fail(standing.error());
    Result<plan::Plan> plan = make_plan(*connection, files, *standing, request_.plan);
    return plan ? check_plan(options_, standing->state, *plan) : Status(fail(plan.error()));
  }

  // PostgreSQL's adapter and the libraries it stands on take as long to load as a hundred files to read: both at once. Errors are connect()'s.
  std::future<void> load_driver_ahead() const {
    const auto &url = context_.settings.database_url;
    if (!url || url->dialect == Dialect::Sqlite) return {};
    return std::async(std::launch::async, [&settings = context_.settings] { static_cast<void>(configured_driver(settings)); });
  }

  Status run_reported() {
    execute::Stop stop;
    execute::SignalWatcher signals(stop);
    const std::future<void> driver = load_driver_ahead();
    Result<Files> loaded = load_files(context_);
    if (!loaded) return fail(loaded.error());
    files_ = std::move(*loaded);
    if (context_.settings.database_url) context_.output.note("database " + context_.settings.database_url->redacted);
    if (makes_the_file())
      if (Status fine = check_before_making_the_file(*files_); !fine) return fine;
    Result<Connection> connection =
        connect(context_, access(), {.run_id = options_.run_id, .stopped = [&stop] { return stop.reason().has_value(); }});
    if (Status go_on = stop.check(); !go_on) return go_on; // whatever became of the connection meanwhile
    if (!connection) return fail(connection.error());
    stop.attach(connection->database.get());
    Status done = run_connected(*connection, *files_, stop, signals);
    stop.attach(nullptr);
    return done;
  }

  Status run_connected(Connection &connection, const Files &files, execute::Stop &stop, execute::SignalWatcher &signals) {
    database::Database &database = *connection.database;
    RunObserver observer(context_);
    if (Status ready = database.preflight(); !ready) return ready;
    Result<Planned> planned = plan_on(connection, files);
    if (!planned) return fail(planned.error());
    if (Status willing = ask(connection, *planned); !willing) return willing;

    execute::Lock lock(database);
    if (Status locked = lock.take(options_.lock_wait, context_.clock, stop, observer); !locked) return locked;
    if (request_.options.timeout) signals.set_deadline(*request_.options.timeout);

    planned = plan_again(connection, files, std::move(*planned));
    if (!planned) return fail(planned.error());
    const Standing *const standing = &planned->standing;
    const plan::Plan *const plan = &planned->plan;
    if (Status mine = execute::check_owner(options_, standing->state); !mine) return mine;
    if (Status lifted = lift_stale_fence(connection, standing->state, observer); !lifted) return lifted;
    report_.plan_hash = plan->hash;
    report_.untouched = plan->untouched;

    const execute::Surroundings run{database, options_, context_.clock,
                                    stop,     observer, ledger::tables(connection.history, connection.dialect)};
    for (const std::string &note : plan->notes) observer.note(note);
    RunBackup backup(context_, connection, stop, observer);
    Status done = plan->steps.empty() ? Status() : secure(run, connection, *plan, standing->state, lock, backup);
    if (done) done = execute::open_history(run, *plan, standing->state);
    if (done) done = execute::run_plan(run, *plan, report_);
    observer.ended(!done.has_value());
    if (!done && options_.on_failure == execute::OnFailure::Revert) done = revert(run, connection, files, *plan, std::move(done));
    if (!done && options_.on_failure == execute::OnFailure::Restore && report_.backup && step_failed(done.error()))
      done = fail(backup.put_back(run, connection.history, done.error(), report_));
    report_.notes = observer.notes();
    if (done) report_.outcome = outcome_of(*plan);
    return done;
  }

  // What comes between the plan and the first change: the fence, then the backup behind it.
  Status secure(const execute::Surroundings &run, const Connection &connection, const plan::Plan &plan,
                const ledger::State &state, execute::Lock &lock, RunBackup &backup) {
    if (request_.options.fence) {
      if (Status alone = lock.widen(options_.lock_wait, context_.clock, run.stop, run.observer); !alone) return alone;
      if (Status made = execute::open_history(run, {}, state); !made) return made;
      if (Status raised = backup.raise_fence(options_.lock_wait); !raised) return raised;
    }
    backup::RunFacts facts;
    facts.asked = request_.options.backup;
    facts.is_migrate = request_.plan.verb == plan::Request::Verb::Migrate;
    facts.destructive = plan.goes_down() || !plan::losses(plan, connection.dialect).empty();
    facts.must_restore = options_.on_failure == execute::OnFailure::Restore;
    Status taken = backup.take(facts, options_.run_id, report_);
    if (report_.backup) options_.backup_id = report_.backup->id;
    return taken;
  }

  // A stop, a timeout or a lost connection is no reason to go back.
  static bool step_failed(const Error &error) {
    return error.code == ErrorCode::SqlError || error.code == ErrorCode::AssertionFailed ||
           error.code == ErrorCode::StoppedHalfway;
  }

  static execute::RunOutcome outcome_of(const plan::Plan &plan) {
    if (!plan.steps.empty()) return execute::RunOutcome::Done;
    return plan.outcome == graph::WalkOutcome::Ahead ? execute::RunOutcome::Ahead : execute::RunOutcome::NothingToDo;
  }

  // What the database says, and the plan that follows from it.
  struct Planned {
    Standing standing;
    plan::Plan plan;
  };

  Result<Planned> plan_on(const Connection &connection, const Files &files) {
    Result<ledger::State> state = ledger::read_state(*connection.database, connection.history);
    if (!state) return fail(state.error());
    return plan_from(connection, files, std::move(*state));
  }

  // Under the lock. A plan follows from files and state alone: while the state is what it was, so is the plan.
  Result<Planned> plan_again(const Connection &connection, const Files &files, Planned before) {
    Result<ledger::State> state = ledger::read_state(*connection.database, connection.history);
    if (!state) return fail(state.error());
    if (*state == before.standing.state) return before;
    return plan_from(connection, files, std::move(*state));
  }

  Result<Planned> plan_from(const Connection &connection, const Files &files, ledger::State state) {
    Result<Standing> standing = standing_of(files, std::move(state));
    if (!standing) return fail(standing.error());
    report_.heads_before = report_.heads_after = standing->state.heads;
    if (!request_.options.report.empty()) standing_ = *standing;
    Result<plan::Plan> plan = make_plan(connection, files, *standing, request_.plan);
    if (!plan) return fail(plan.error());
    if (Status allowed = check_plan(options_, standing->state, *plan); !allowed) return fail(allowed.error());
    return Planned{std::move(*standing), std::move(*plan)};
  }

  // Before the lock, so that nobody waits for a person's answer. Without a terminal the verb is the consent.
  Status ask(const Connection &connection, const Planned &planned) const {
    const plan::Plan &plan = planned.plan;
    const std::vector<std::string> losses = plan::losses(plan, connection.dialect);
    if (plan.goes_down() && plan.heads_after.empty())
      return report::confirm(
          fmt::format("This takes all {} applied revisions away and leaves an empty database.", plan.steps.size()),
          context_.global.yes);
    if (losses.empty()) return {};
    return report::confirm(report::printable(fmt::format("This loses data for good: {}.", fmt::join(losses, "; "))),
                           context_.global.yes);
  }

  // Takes back what this run committed, newest first.
  Status revert(const execute::Surroundings &run, const Connection &connection, const Files &files, const plan::Plan &ran,
                Status failed) {
    if (exit_code(failed.error().code) != 20) return failed;
    const Error why = failed.error();
    Result<Standing> standing = read_standing(connection, files);
    if (!standing) return failed;
    Result<plan::Plan> back = plan::reverse_plan(standing->map, ran, report_.steps.size(), standing->state, connection.dialect,
                                                 connection.driver->sql());
    Status reverted = back ? execute::run_plan(run, *back, report_) : Status(fail(back.error()));
    Error told = why;
    if (!reverted) {
      told.message += "; taking this run's steps back failed too: " + reverted.error().text();
      return fail(std::move(told));
    }
    told.code = ErrorCode::Reverted;
    told.message += "; this run's steps were taken back";
    report_.outcome = execute::RunOutcome::Reverted;
    return fail(std::move(told));
  }

  Status say(Status done) {
    if (!request_.options.report.empty())
      leave_report(context_.output, request_.options.report,
                   report::bounded_report(report_, bearings(files_, standing_, request_.plan.targets, report_.heads_after)));
    context_.output.document(report::run_document(report_));
    const bool went_back = report_.outcome == execute::RunOutcome::Reverted || report_.outcome == execute::RunOutcome::Restored;
    if (done || !report_.steps.empty() || went_back) say_text();
    return done;
  }

  // With --log-format json stdout holds the progress, a line an event, and the last word is an event too.
  void say_text() {
    const std::string text = report::run_text(report_, context_.output.options().style);
    if (context_.global.log_format == report::LogFormat::Text) return context_.output.block(text);
    context_.log.event(report::LogLevel::Info, "run_ended", std::string_view(text).substr(0, text.size() - 1));
  }

  const Context &context_;
  const MoveRequest &request_;
  execute::RunOptions options_;
  execute::RunReport report_;
  std::optional<Files> files_;
  std::optional<Standing> standing_; // as last read; only for a report
};

Status offline(const Context &context, const MoveRequest &request) {
  Result<Files> files = load_files(context);
  if (!files) return fail(files.error());
  Result<const database::Driver *> driver = configured_driver(context.settings);
  if (!driver) return fail(driver.error());
  const Dialect dialect = context.settings.database_url->dialect;
  Result<Standing> standing = standing_of_nothing(*files);
  if (!standing) return fail(standing.error());
  const Direction direction = request.plan.verb == plan::Request::Verb::Downgrade ? Direction::Down : Direction::Up;
  Result<graph::Walk> walk = graph::offline_walk(standing->map, direction, request.plan.targets.front());
  if (!walk) return fail(walk.error());
  standing->state.heads = walk->heads_before;
  plan::Route route;
  route.heads = walk->heads_before;
  route.walk = std::move(*walk);
  Result<plan::Plan> plan =
      plan::build_plan(standing->map, files->by_revision, {}, standing->state, route, dialect, (*driver)->sql());
  if (!plan) return fail(plan.error());
  Result<std::string> sql = plan::offline_script(*plan, ledger::tables(history_of(context.settings), dialect), dialect,
                                                 witness(context, run_options(context, request.options)));
  if (!sql) return fail(sql.error());
  context.output.document({{"sql", *sql}});
  context.output.block(*sql);
  return {};
}

} // namespace

Status move(const Context &context, const MoveRequest &request) {
  return request.options.sql ? offline(context, request) : Move(context, request).run();
}

} // namespace migrator::commands
