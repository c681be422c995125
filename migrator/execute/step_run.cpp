#include "migrator/execute/step_run.h"

#include <algorithm>

#include <fmt/format.h>

#include "migrator/execute/lock_retry.h"
#include "migrator/ledger/write.h"

namespace migrator::execute {

namespace {

std::string join(const std::vector<std::string> &values) {
  return values.empty() ? "base" : fmt::format("{}", fmt::join(values, ", "));
}

ledger::Entry entry_of(const plan::Step &step, const RunOptions &options, const std::string &plan_hash, const Clock &clock) {
  ledger::Entry entry;
  if (step.resumes) entry = *step.resumes;
  entry.revision = step.revision;
  entry.motion = step.direction == Direction::Up ? ledger::Motion::Up : ledger::Motion::Down;
  entry.parents = step.script->down_revisions;
  entry.depends_on = step.depends_on;
  entry.labels = step.script->labels;
  entry.message = step.script->message;
  if (!step.up_checksum.empty()) entry.up_checksum = step.up_checksum;
  if (!step.down_checksum.empty()) entry.down_checksum = step.down_checksum;
  if (step.direction == Direction::Up) entry.down_sections = step.down_text;
  entry.statements_total = step.statements_total();
  entry.error.clear();
  entry.run_id = options.run_id;
  entry.plan_hash = plan_hash;
  entry.backup_id = options.backup_id;
  entry.who = options.who;
  entry.host = options.host;
  entry.tool_version = options.tool_version;
  if (entry.started_at.empty()) entry.started_at = rfc3339(clock.now());
  return entry;
}

} // namespace

std::vector<std::string> changed(std::vector<std::string> heads, const ledger::VersionChange &change) {
  for (const std::string &head : change.removed) heads.erase(std::remove(heads.begin(), heads.end(), head), heads.end());
  heads.insert(heads.end(), change.added.begin(), change.added.end());
  std::sort(heads.begin(), heads.end());
  return heads;
}

StepRun::StepRun(const Surroundings &run, const plan::Step &step, std::vector<std::string> &heads, std::string plan_hash)
    : run_(run), step_(step), heads_(heads), entry_(entry_of(step, run.options, plan_hash, run.clock)),
      row_written_(step.resumes.has_value()), moved_(step.resumes && step.direction == Direction::Down),
      started_(run.clock.steady()) {}

database::UnitSettings StepRun::settings(const plan::Timeouts &timeouts, bool foreign_keys, bool check_foreign_keys) const {
  database::UnitSettings out;
  out.lock_timeout = timeouts.lock.value_or(run_.options.lock_timeout);
  out.statement_timeout = timeouts.statement.value_or(run_.options.statement_timeout);
  out.foreign_keys = foreign_keys;
  out.check_foreign_keys = check_foreign_keys;
  return out;
}

Status StepRun::transact(const plan::Timeouts &timeouts, bool foreign_keys, bool check_foreign_keys, const Body &body) {
  const database::UnitSettings wanted = settings(timeouts, foreign_keys, check_foreign_keys);
  return retry_locked(run_, "revision " + step_.revision, [&] { return attempt(wanted, body); });
}

Status StepRun::look(const plan::Timeouts &timeouts, const std::function<Status()> &body) const {
  const database::UnitSettings wanted = settings(timeouts, false, false);
  return retry_locked(run_, "revision " + step_.revision, [&]() -> Status {
    Result<std::vector<std::string>> heads = run_.database.begin_unit(wanted);
    Status done = heads ? body() : Status(fail(heads.error()));
    run_.database.rollback_unit();
    return done;
  });
}

Status StepRun::attempt(const database::UnitSettings &settings, const Body &body) {
  if (Status go_on = run_.stop.check(); !go_on) return go_on;
  Result<std::vector<std::string>> heads = run_.database.begin_unit(settings);
  if (!heads) {
    run_.database.rollback_unit();
    return fail(heads.error());
  }
  if (*heads != heads_) {
    run_.database.rollback_unit();
    return fail(
        ErrorCode::Diverged,
        fmt::format(
            "the version table was changed by somebody else during this run: it should be at {} and is at {}; look at it with "
            "`migrator status`, then run again",
            join(heads_), join(*heads)),
        *heads);
  }
  // A request to stop that came while the unit was opened may have gone unseen there.
  const Status go_on = run_.stop.check();
  Result<Advance> advance = go_on ? body() : fail(go_on.error());
  Status done = advance ? commit(*advance) : Status(fail(advance.error()));
  if (!done) run_.database.rollback_unit();
  return done;
}

Status StepRun::commit(const Advance &advance) {
  ledger::Entry next = entry_;
  for (int count = 0; count < advance.statements; ++count)
    next.statement_checksums.push_back(step_.statement_checksums[static_cast<std::size_t>(next.statements_done++)]);
  next.progress = advance.progress;
  next.outcome = advance.completes ? ledger::Outcome::Done : ledger::Outcome::Partial;
  next.duration_ms = entry_.duration_ms + elapsed();
  if (advance.completes) next.statement_checksums.clear();
  const bool moves = !moved_ && (step_.direction == Direction::Down || advance.completes);
  std::vector<std::string> heads = moves ? changed(heads_, step_.change) : heads_;

  std::string sql = moves ? ledger::version_sql(run_.tables, run_.database.dialect(), step_.change) : "";
  sql += row_sql(next, heads);
  if (Status done = run_.database.finish_unit(sql); !done) return done;
  started_ = run_.clock.steady();
  entry_ = std::move(next);
  heads_ = std::move(heads);
  row_written_ = true;
  moved_ = moved_ || moves;
  return {};
}

std::string StepRun::row_sql(const ledger::Entry &entry, const std::vector<std::string> &heads) const {
  const Dialect dialect = run_.database.dialect();
  return row_written_ ? ledger::update_partial_sql(run_.tables, dialect, entry, heads)
                      : ledger::insert_sql(run_.tables, dialect, entry, heads);
}

std::int64_t StepRun::elapsed() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(run_.clock.steady() - started_).count();
}

Status StepRun::withdraw(const Error &why) {
  Result<std::vector<std::string>> opened = run_.database.begin_unit(settings({}, false, false));
  if (!opened) return fail(opened.error());
  const bool back = moved_ && step_.direction == Direction::Down;
  const ledger::VersionChange reverse{step_.change.added, step_.change.removed};
  std::vector<std::string> heads = back ? changed(heads_, reverse) : heads_;
  ledger::Entry next = entry_;
  next.outcome = ledger::Outcome::Failed;
  next.progress = {};
  next.error = why.text();
  std::string sql = back ? ledger::version_sql(run_.tables, run_.database.dialect(), reverse) : "";
  sql += row_sql(next, heads);
  if (Status done = run_.database.finish_unit(sql); !done) {
    run_.database.rollback_unit();
    return done;
  }
  entry_ = std::move(next);
  heads_ = std::move(heads);
  moved_ = false;
  return {};
}

void StepRun::record_failure(const Error &why) noexcept {
  if (entry_.outcome == ledger::Outcome::Failed && row_written_) return;
  Result<std::vector<std::string>> opened = run_.database.begin_unit(settings({}, false, false));
  ledger::Entry next = entry_;
  if (!row_written_) next.outcome = ledger::Outcome::Failed;
  next.error = why.text();
  next.duration_ms += elapsed();
  if (!opened || *opened != heads_ || !run_.database.finish_unit(row_sql(next, heads_))) run_.database.rollback_unit();
}

} // namespace migrator::execute
