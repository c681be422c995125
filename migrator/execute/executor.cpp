#include "migrator/execute/executor.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "migrator/execute/bare.h"
#include "migrator/execute/batches.h"
#include "migrator/execute/lock_retry.h"
#include "migrator/ledger/schema.h"
#include "migrator/ledger/write.h"

namespace migrator::execute {

namespace {

using database::Statement;

// The Migration that the history recorded as the one that moves it.
struct RecordedOwner {
  std::string who; // NAMESPACE/NAME
  std::string uid;
};

std::optional<RecordedOwner> recorded_owner(const ledger::State &state) {
  const auto recorded = state.meta.find("owner");
  if (recorded == state.meta.end()) return std::nullopt;
  const nlohmann::json owner = nlohmann::json::parse(recorded->second, nullptr, false);
  if (!owner.is_object()) return std::nullopt;
  return RecordedOwner{fmt::format("{}/{}", owner.value("namespace", "?"), owner.value("name", "?")), owner.value("uid", "")};
}

std::string owner_json(const Owner &owner) {
  return nlohmann::json{{"namespace", owner.resource_namespace}, {"name", owner.resource_name}, {"uid", owner.uid}}.dump();
}

std::string opening_sql(const Surroundings &run, const plan::Plan &plan, const ledger::State &state) {
  const Dialect dialect = run.database.dialect();
  std::string sql;
  if (run.options.owner) {
    const std::string wanted = owner_json(*run.options.owner);
    const auto recorded = state.meta.find("owner");
    if (recorded == state.meta.end() || recorded->second != wanted) sql += ledger::meta_sql(run.tables, dialect, "owner", wanted);
  }
  if (run.options.approved_hash && plan.hash == *run.options.approved_hash && !plan.steps.empty())
    sql += ledger::meta_sql(run.tables, dialect, "approved_plan", plan::to_json(plan::approved_plan(plan)));
  // Whoever moves the history otherwise ends what was approved: its last steps must not run again under the old hash.
  if (!run.options.approved_hash && !plan.steps.empty() && state.meta.contains("approved_plan"))
    sql += ledger::forget_meta_sql(run.tables, dialect, "approved_plan");
  for (ledger::Entry entry : plan.adopt) {
    entry.run_id = run.options.run_id;
    entry.who = run.options.who;
    entry.host = run.options.host;
    entry.tool_version = run.options.tool_version;
    entry.started_at = rfc3339(run.clock.now());
    sql += ledger::insert_sql(run.tables, dialect, entry, state.heads);
  }
  return sql;
}

// One unit: what is missing is made, rights are revoked and given, rows written. Gives notes of what was done.
Result<std::vector<std::string>> write_opening(const Surroundings &run, const ledger::State &state, const std::string &sql) {
  database::UnitSettings settings;
  settings.lock_timeout = run.options.lock_timeout;
  settings.check_foreign_keys = false;
  const auto write = [&]() -> Result<std::vector<std::string>> {
    if (Result<std::vector<std::string>> heads = run.database.begin_unit(settings); !heads) return heads;
    if (!state.has_journal || !state.has_version_table)
      if (Result<database::Rows> made = run.database.query(ledger::create_history(run.tables, run.database.dialect())); !made)
        return fail(made.error());
    Result<std::vector<std::string>> notes = run.database.secure_history(run.options.grant_read);
    if (!notes) return notes;
    if (Status done = run.database.finish_unit(sql); !done) return fail(done.error());
    return notes;
  };
  Result<std::vector<std::string>> notes = write();
  if (!notes) run.database.rollback_unit();
  return notes;
}

Status check_assert(database::Database &database, const script::Assert &assertion) {
  Statement query;
  query.text = assertion.query;
  query.line = assertion.line;
  query.keyword = "SELECT";
  Result<database::Rows> rows = database.query_read_only(query);
  if (!rows) return fail(rows.error());
  const auto refuse = [&](std::string what) {
    return fail_at({}, assertion.line, ErrorCode::AssertionFailed, fmt::format("the assert {}: {}", what, assertion.query));
  };
  if (rows->rows.size() != 1 || rows->columns.size() != 1)
    return refuse(
        fmt::format("gave {} rows of {} columns and must give one row with one value", rows->rows.size(), rows->columns.size()));
  const std::optional<std::string> &value = rows->rows.front().front();
  if (value != "1" && value != "true" && value != "t") return refuse("does not hold");
  return {};
}

std::string milliseconds(std::chrono::milliseconds duration) {
  return std::to_string(duration.count());
}

// A section with other timeouts inside a transaction. SQLite's write lock is held by then, so nothing can wait there.
Status apply_timeouts(const StepRun &step, const plan::Timeouts &timeouts) {
  database::Database &database = step.run().database;
  if (database.dialect() == Dialect::Sqlite) return {};
  const database::UnitSettings wanted = step.settings(timeouts, false, false);
  Result<database::Rows> set = database.query("SET LOCAL lock_timeout = " + milliseconds(wanted.lock_timeout) +
                                              "; SET LOCAL statement_timeout = " + milliseconds(wanted.statement_timeout));
  if (!set) return fail(set.error());
  return {};
}

Status run_item(StepRun &step, const plan::UnitItem &item) {
  if (Status go_on = step.run().stop.check(); !go_on) return go_on;
  if (const auto *assertion = std::get_if<script::Assert>(&item)) {
    Status holds = check_assert(step.run().database, *assertion);
    const bool for_want_of_rows = !holds && holds.error().code == ErrorCode::AssertionFailed && step.run().options.scratch;
    return for_want_of_rows ? Status() : holds;
  }
  if (const auto *timeouts = std::get_if<plan::Timeouts>(&item)) return apply_timeouts(step, *timeouts);
  Result<std::int64_t> rows = step.run().database.run(std::get<Statement>(item));
  if (!rows) return fail(rows.error());
  return {};
}

Status run_unit(StepRun &step, const plan::Unit &unit, bool completes) {
  switch (unit.kind) {
  case plan::UnitKind::Bare:
    return run_bare(step, unit, completes);
  case plan::UnitKind::Batch:
    return run_batches(step, unit, completes);
  case plan::UnitKind::Check:
    for (const plan::UnitItem &item : unit.items)
      if (Status done = run_item(step, item); !done) return done;
    return {};
  case plan::UnitKind::Transaction:
    break;
  }
  return step.transact(unit.timeouts, unit.foreign_keys, unit.check_foreign_keys, [&]() -> Result<StepRun::Advance> {
    for (const Statement &statement : unit.again)
      if (Result<std::int64_t> set = step.run().database.run(statement); !set) return fail(set.error());
    for (const plan::UnitItem &item : unit.items)
      if (Status done = run_item(step, item); !done) return fail(done.error());
    return StepRun::Advance{unit.statement_count(), {}, completes};
  });
}

std::string advice_for(const Error &error, const RunReport &report) {
  const bool exists = error.sqlstate == "42P07" || error.message.find("already exists") != std::string::npos;
  if (exists && report.heads_before.empty())
    return "; the database had tables before its first revision: if it has this schema already, run: migrator stamp head";
  return "";
}

// The step's error as the verb reports it.
Error explained(const StepRun &step, Error error, const RunReport &report) {
  const plan::Step &of = step.step();
  error.revision = of.revision;
  if (error.file.empty() && error.line > 0) error.file = of.script->path;
  if (error.subject.empty()) error.subject = {of.revision};
  if (error.code == ErrorCode::SqlError) error.message += advice_for(error, report);
  if (step.run().options.scratch) return error;
  if (!step.partial()) {
    if (error.code == ErrorCode::AssertionFailed)
      error.message += "; nothing of this step was kept; mend the data or the revision, then run again";
    return error;
  }
  if (exit_code(error.code) == 20 || error.code == ErrorCode::NoPermission) error.code = ErrorCode::StoppedHalfway;
  error.message += fmt::format(
      "; revision {} is partial: {} of its {} statements are done and will not run again; mend what failed and run the same "
      "command again, or finish by hand and run: migrator stamp REVISION",
      of.revision, step.statements_done(), of.statements_total());
  return error;
}

bool can_still_write(const Error &error) {
  return error.code != ErrorCode::ConnectionLost && error.code != ErrorCode::CommitUnknown &&
         error.code != ErrorCode::Unreachable && error.code != ErrorCode::Diverged;
}

// Keeps the session of a transaction:false section open over its units.
class SectionSession {
public:
  explicit SectionSession(const StepRun &step) : step_(step) {}
  ~SectionSession() { close(); }
  SectionSession(const SectionSession &) = delete;
  SectionSession &operator=(const SectionSession &) = delete;

  // Makes the session as `unit` needs it.
  Status enter(const plan::Unit &unit) {
    if (unit.session == section_) return {};
    close();
    if (unit.session == nullptr) return {};
    database::Database &database = step_.run().database;
    if (Status begun = database.begin_bare(step_.settings(unit.timeouts, unit.foreign_keys, false)); !begun) return begun;
    section_ = unit.session;
    for (const Statement &statement : unit.replay)
      if (Result<std::int64_t> again = database.run(statement); !again) return fail(again.error());
    return {};
  }

  void close() noexcept {
    if (section_ != nullptr) step_.run().database.end_bare();
    section_ = nullptr;
  }

private:
  const StepRun &step_;
  const script::Section *section_ = nullptr;
};

Status run_step(const Surroundings &run, const plan::Step &step, const std::string &plan_hash, RunReport &report) {
  StepRun on_its_way(run, step, report.heads_after, plan_hash);
  Status done = check_batch_keys(on_its_way);
  SectionSession session(on_its_way);
  for (std::size_t at = 0; done && at < step.units.size(); ++at) {
    done = session.enter(step.units[at]);
    if (done) done = run_unit(on_its_way, step.units[at], at + 1 == step.units.size());
  }
  session.close();
  if (done) return done;
  Error why = done.error();
  // An interrupt reaches us as the statement's error; the reason is what was asked for.
  if (why.code == ErrorCode::Terminated) why = stop_error(run.stop.reason().value_or(ErrorCode::Terminated));
  why = explained(on_its_way, std::move(why), report);
  if (can_still_write(why) && !run.options.scratch) on_its_way.record_failure(why);
  return fail(std::move(why));
}

} // namespace

Status check_owner(const RunOptions &options, const ledger::State &state) {
  const std::optional<RecordedOwner> owner = recorded_owner(state);
  if (!owner || !options.owner || options.owner->uid == owner->uid || options.adopt_uid == owner->uid) return {};
  return fail(ErrorCode::OwnedByAnother,
              fmt::format("this history is moved by another Migration, {} (uid {}); give this one a version table of its own, or "
                          "take the history over with the annotation migrator.dev/adopt: {}",
                          owner->who, owner->uid, owner->uid),
              {owner->who, owner->uid});
}

Status open_history(const Surroundings &run, const plan::Plan &plan, const ledger::State &state) {
  if (Status mine = check_owner(run.options, state); !mine) return mine;
  if (const auto owner = recorded_owner(state); owner && !run.options.owner)
    run.observer.note(fmt::format("this history is moved by the Migration {}; it will notice what is done here", owner->who));
  const bool fresh = !state.has_journal || !state.has_version_table;
  const std::string sql = opening_sql(run, plan, state);
  if (!fresh && sql.empty() && plan.steps.empty()) return {};
  std::vector<std::string> notes;
  const Status opened = retry_locked(run, "preparing the history", [&]() -> Status {
    Result<std::vector<std::string>> written = write_opening(run, state, sql);
    if (!written) return fail(written.error());
    notes = std::move(*written);
    return {};
  });
  if (!opened) return opened;
  for (const std::string &note : notes) run.observer.note(note);
  return {};
}

Status run_plan(const Surroundings &run, const plan::Plan &plan, RunReport &report) {
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    const plan::Step &step = plan.steps[at];
    run.observer.step_started(step, at, plan.steps.size());
    const auto started = run.clock.steady();
    if (Status done = run_step(run, step, plan.hash, report); !done) return done;
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(run.clock.steady() - started);
    report.steps.push_back(StepReport{step.revision, step.direction, took.count()});
    run.observer.step_finished(report.steps.back(), at, plan.steps.size());
  }
  return {};
}

} // namespace migrator::execute
