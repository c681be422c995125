#include "migrator/commands/history_writer.h"

#include "migrator/commands/run_setup.h"
#include "migrator/database/backup.h"
#include "migrator/ledger/read.h"
#include "migrator/ledger/schema.h"

namespace migrator::commands {

HistoryWriter::HistoryWriter(const Context &context, const cli::MovingOptions &moving)
    : context_(context), options_(run_options(context, moving)), timeout_(moving.timeout), signals_(stop_), observer_(context) {}

HistoryWriter::~HistoryWriter() {
  stop_.attach(nullptr);
}

Status HistoryWriter::open(Access access) {
  context_.output.note("database " + (context_.settings.database_url ? context_.settings.database_url->redacted : "none"));
  Result<Connection> connection =
      connect(context_, access, {.run_id = options_.run_id, .stopped = [this] { return stop_.reason().has_value(); }});
  if (Status go_on = stop_.check(); !go_on) return go_on;
  if (!connection) return fail(connection.error());
  connection_ = std::move(*connection);
  stop_.attach(connection_.database.get());
  lock_.emplace(*connection_.database);
  return connection_.database->preflight();
}

Status HistoryWriter::lock() {
  if (Status taken = lock_->take(options_.lock_wait, context_.clock, stop_, observer_); !taken) return taken;
  if (timeout_) signals_.set_deadline(*timeout_);
  Result<ledger::State> state = ledger::read_state(*connection_.database, connection_.history);
  if (!state) return fail(state.error());
  return lift_stale_fence(connection_, *state, observer_);
}

Status HistoryWriter::widen_lock() {
  return lock_->widen(options_.lock_wait, context_.clock, stop_, observer_);
}

execute::Surroundings HistoryWriter::surroundings() {
  return {*connection_.database,
          options_,
          context_.clock,
          stop_,
          observer_,
          ledger::tables(connection_.history, connection_.dialect)};
}

Status lift_stale_fence(const Connection &connection, const ledger::State &state, execute::Observer &observer) {
  if (!state.meta.contains(std::string(ledger::kFenceKey))) return {};
  const Result<bool> lifted = connection.database->backups().lower_stale_fence();
  if (!lifted) return fail(lifted.error());
  if (*lifted) observer.note("a killed run had left its fence up, which held others out of the database; it is lowered now");
  return {};
}

} // namespace migrator::commands
