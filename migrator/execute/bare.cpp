#include "migrator/execute/bare.h"

#include <fmt/format.h>

#include "migrator/execute/backoff.h"
#include "migrator/execute/lock_retry.h"

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
    if (step_.progress().begun_checksum.empty()) {
      if (Status free = look_before(); !free) return free;
      if (Status announced = announce(); !announced) return announced;
    } else {
      Result<bool> done = settle_doubt();
      if (!done) return fail(done.error());
      if (*done) return confirm();
    }
    if (Status go_on = step_.run().stop.check(); !go_on) return go_on;
    Status ran = statement_.bare_when_alone ? execute() : retry_locked(step_.run(), what(), [this] { return execute_cleanly(); });
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

  std::string what() const { return "revision " + step_.step().revision; }

  // One try that leaves no invalid index behind if a lock was not to be had.
  Status execute_cleanly() {
    Status ran = execute();
    if (ran || ran.error().code != ErrorCode::LockTimeout) return ran;
    Result<StatementOutcome> left = probe();
    if (left && *left == StatementOutcome::LeftInvalid)
      if (Status dropped = drop_invalid(); !dropped) return dropped;
    return ran;
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

  // What the catalog says; a definition that the server does not take has not taken effect.
  Result<StatementOutcome> probe() {
    if (statement_.probe != ProbeKind::Catalog) return StatementOutcome::NotDone;
    Result<StatementOutcome> outcome = database().probe(statement_);
    if (!outcome && outcome.error().code == ErrorCode::SqlError) return StatementOutcome::NotDone;
    return outcome;
  }

  // The same, once no other session works on it.
  Result<StatementOutcome> probe_at_rest() {
    const auto deadline = step_.run().clock.steady() + step_.run().options.lock_wait;
    for (int attempt = 0;; ++attempt) {
      Result<StatementOutcome> outcome = probe();
      if (!outcome || *outcome != StatementOutcome::InProgressElsewhere) return outcome;
      if (step_.run().clock.steady() >= deadline)
        return fail(ErrorCode::LockBusy,
                    fmt::format("{} is still being worked on by another session; run again later", statement_.keyword));
      if (step_.run().stop.wait_for(backoff(attempt, 0.5))) return fail(step_.run().stop.check().error());
    }
  }

  // DROP INDEX CONCURRENTLY waits for every older transaction, too.
  Status drop_invalid() {
    if (Status set = set_lock_timeout(std::chrono::milliseconds(0)); !set) return set;
    Status dropped = database().drop_invalid(statement_);
    const Status back = set_lock_timeout(lock_timeout());
    return dropped ? back : dropped;
  }

  // Before the journal names the statement: what stands there now is not its work, and is not touched.
  Status look_before() {
    Result<StatementOutcome> outcome = probe_at_rest();
    if (!outcome) return fail(outcome.error());
    there_before_ = *outcome;
    if (*outcome != StatementOutcome::LeftInvalid) return {};
    return fail_at({}, statement_.line, ErrorCode::SqlError,
                   fmt::format("{}: an invalid index of that name is there already, left by somebody else's build: drop it with "
                               "DROP INDEX CONCURRENTLY, then run the same command again",
                               statement_.keyword));
  }

  // What a killed run left: true if the statement has taken effect.
  Result<bool> settle_doubt() {
    if (statement_.probe == ProbeKind::None)
      return fail(ErrorCode::StoppedHalfway, fmt::format("a killed run left {} in doubt, and nothing in the database tells "
                                                         "whether it took effect; look, finish or undo it by "
                                                         "hand, then run: migrator stamp REVISION",
                                                         statement_.keyword));
    Result<StatementOutcome> outcome = probe_at_rest();
    if (!outcome) return fail(outcome.error());
    if (*outcome == StatementOutcome::LeftInvalid) {
      step_.run().observer.note(fmt::format("{}: dropping what a stopped {} left invalid", what(), statement_.keyword));
      if (Status dropped = drop_invalid(); !dropped) return fail(dropped.error());
    }
    return *outcome == StatementOutcome::Done;
  }

  // The server refused the statement. A connection that went away, or a stop, leaves it in doubt for the next run to settle.
  Status failed(const Error &why) {
    if (why.code != ErrorCode::SqlError && why.code != ErrorCode::LockTimeout && why.code != ErrorCode::NoPermission)
      return fail(why);
    if (statement_.bare_when_alone) return fail(why); // CALL may have committed half of its work
    Result<StatementOutcome> outcome = probe();
    if (!outcome || *outcome == StatementOutcome::InProgressElsewhere) return fail(why);
    if (*outcome == StatementOutcome::LeftInvalid)
      if (Status dropped = drop_invalid(); !dropped) return fail(why);
    if (*outcome == StatementOutcome::Done && there_before_ != StatementOutcome::Done) return confirm();
    if (step_.statements_done() == 0) {
      if (Status withdrawn = step_.withdraw(why); !withdrawn) return fail(why);
      return fail(why);
    }
    Status cleared =
        step_.transact(unit_.timeouts, false, false, []() -> Result<StepRun::Advance> { return StepRun::Advance{}; });
    (void)cleared;
    return fail(why);
  }

  StepRun &step_;
  const plan::Unit &unit_;
  const Statement &statement_;
  bool completes_;
  StatementOutcome there_before_ = StatementOutcome::NotDone; // what the catalog said before the journal named the statement
};

} // namespace

Status run_bare(StepRun &step, const plan::Unit &unit, bool completes) {
  return BareStatement(step, unit, completes).run();
}

} // namespace migrator::execute
