#include "migrator/execute/bare.h"

#include <fmt/format.h>

#include "migrator/execute/backoff.h"

namespace migrator::execute {

namespace {

using database::ProbeKind;
using database::Statement;
using database::StatementOutcome;

class BareStatement {
public:
  BareStatement(StepRun &step, const plan::Unit &unit, bool completes)
      : step_(step), unit_(unit), statement_(std::get<Statement>(unit.items.front())), completes_(completes) {}

  Status run() {
    if (!step_.progress().begun_checksum.empty()) {
      Result<bool> done = settle_doubt();
      if (!done) return fail(done.error());
      if (*done) return confirm();
    } else if (Status announced = announce(); !announced) {
      return announced;
    }
    if (Status go_on = step_.run().stop.check(); !go_on) return go_on;
    Status ran = execute();
    return ran ? confirm() : failed(ran.error());
  }

private:
  database::Database &database() { return step_.run().database; }

  Status announce() {
    return step_.transact(unit_.timeouts, false, false, [&]() -> Result<StepRun::Advance> {
      ledger::Progress progress;
      progress.begun_checksum = step_.step().statement_checksums[static_cast<std::size_t>(step_.statements_done())];
      progress.begun_keyword = statement_.keyword;
      return StepRun::Advance{0, progress, false};
    });
  }

  Status confirm() {
    return step_.transact(unit_.timeouts, false, false, [&]() -> Result<StepRun::Advance> {
      return StepRun::Advance{1, {}, completes_};
    });
  }

  Status execute() {
    Result<bool> waits = wait_without_end();
    if (!waits) return fail(waits.error());
    Result<std::int64_t> rows = database().run(statement_);
    if (*waits)
      if (Status back = set_lock_timeout(lock_timeout()); !back && rows) return back;
    if (!rows) return fail(rows.error());
    return {};
  }

  std::chrono::milliseconds lock_timeout() const { return step_.settings(unit_.timeouts, false, false).lock_timeout; }

  Status set_lock_timeout(std::chrono::milliseconds timeout) {
    Result<database::Rows> set = database().query("SET lock_timeout = " + std::to_string(timeout.count()));
    return set ? Status() : Status(fail(set.error()));
  }

  // CONCURRENTLY waits for every older transaction: a lock_timeout would only leave an invalid index behind. So it is 0 for that
  // statement, unless the section says otherwise by its option or by a SET of its own.
  Result<bool> wait_without_end() {
    if (statement_.keyword.find("CONCURRENTLY") == std::string::npos || unit_.timeouts.lock) return false;
    Result<database::Rows> now = database().query("SELECT setting FROM pg_catalog.pg_settings WHERE name = 'lock_timeout'");
    if (!now) return fail(now.error());
    if (now->rows.empty() || now->rows.front().front() != std::to_string(lock_timeout().count())) return false;
    if (Status set = set_lock_timeout(std::chrono::milliseconds(0)); !set) return fail(set.error());
    return true;
  }

  // What a killed run left: true if the statement has taken effect.
  Result<bool> settle_doubt() {
    switch (statement_.probe) {
    case ProbeKind::Repeat:
      return false;
    case ProbeKind::None:
      return fail(ErrorCode::StoppedHalfway, fmt::format("a killed run left {} in doubt, and nothing in the database tells "
                                                         "whether it took effect; look, finish or undo it by "
                                                         "hand, then run: migrator stamp REVISION",
                                                         statement_.keyword));
    case ProbeKind::Catalog:
      break;
    }
    const auto deadline = step_.run().clock.steady() + step_.run().options.lock_wait;
    for (int attempt = 0;; ++attempt) {
      Result<StatementOutcome> outcome = database().probe(statement_);
      if (!outcome) return fail(outcome.error());
      if (*outcome == StatementOutcome::Done) return true;
      if (*outcome == StatementOutcome::NotDone) return false;
      if (*outcome == StatementOutcome::LeftInvalid) {
        step_.run().observer.note(
            fmt::format("revision {}: dropping what a stopped {} left invalid", step_.step().revision, statement_.keyword));
        if (Status dropped = database().drop_invalid(statement_); !dropped) return fail(dropped.error());
        return false;
      }
      if (step_.run().clock.steady() >= deadline)
        return fail(ErrorCode::LockBusy,
                    fmt::format("{} is still being worked on by another session; run again later", statement_.keyword));
      if (step_.run().stop.wait_for(backoff(attempt, 0.5))) return fail(step_.run().stop.check().error());
    }
  }

  // The server refused the statement. A connection that went away, or a stop, leaves it in doubt for the next run to settle.
  Status failed(const Error &why) {
    if (why.code != ErrorCode::SqlError && why.code != ErrorCode::LockTimeout && why.code != ErrorCode::NoPermission)
      return fail(why);
    if (statement_.bare_when_alone) return fail(why); // CALL may have committed half of its work
    if (statement_.probe == ProbeKind::Catalog) {
      Result<StatementOutcome> outcome = database().probe(statement_);
      if (!outcome || *outcome == StatementOutcome::InProgressElsewhere) return fail(why);
      if (*outcome == StatementOutcome::LeftInvalid)
        if (Status dropped = database().drop_invalid(statement_); !dropped) return fail(why);
      if (*outcome == StatementOutcome::Done && !was_there_before(why)) return confirm();
    }
    if (step_.statements_done() == 0) {
      if (Status withdrawn = step_.withdraw(why); !withdrawn) return fail(why);
      return fail(why);
    }
    Status cleared =
        step_.transact(unit_.timeouts, false, false, []() -> Result<StepRun::Advance> { return StepRun::Advance{}; });
    (void)cleared;
    return fail(why);
  }

  // "Already exists": the probe sees what stood there before this statement, which did nothing.
  static bool was_there_before(const Error &why) { return why.sqlstate == "42P07" || why.sqlstate == "42710"; }

  StepRun &step_;
  const plan::Unit &unit_;
  const Statement &statement_;
  bool completes_;
};

} // namespace

Status run_bare(StepRun &step, const plan::Unit &unit, bool completes) {
  return BareStatement(step, unit, completes).run();
}

} // namespace migrator::execute
