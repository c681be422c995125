// The verbs stamp and ensure-version: they write our own tables and run nothing of the user's.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "migrator/commands/commands.h"
#include "migrator/commands/connection.h"
#include "migrator/commands/run_observer.h"
#include "migrator/commands/standing.h"
#include "migrator/execute/executor.h"
#include "migrator/execute/lock.h"
#include "migrator/execute/signals.h"
#include "migrator/graph/stamp.h"
#include "migrator/ledger/schema.h"
#include "migrator/ledger/write.h"
#include "migrator/plan/offline.h"
#include "migrator/report/question.h"

namespace migrator::commands {

namespace {

using Heads = std::vector<std::string>;

std::string heads_text(const Heads &heads) {
  return heads.empty() ? "base" : fmt::format("{}", fmt::join(heads, ", "));
}

ledger::VersionChange difference(const Heads &before, const Heads &after) {
  ledger::VersionChange change;
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(change.removed));
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(change.added));
  return change;
}

execute::RunOptions run_options(const Context &context) {
  execute::RunOptions out;
  out.run_id = fmt::format("{:016x}", context.random());
  out.who = user_name();
  out.host = host_name();
  out.tool_version = MIGRATOR_VERSION;
  out.history = history_of(context.settings);
  out.grant_read = context.settings.grant_read;
  out.lock_wait = context.settings.lock_wait;
  out.lock_timeout = context.settings.lock_timeout;
  return out;
}

// Evidence of who said so: a row a head that was added, or, when only taken away, a row a head that is gone.
std::string stamp_sql(const execute::Surroundings &run, const ledger::State &state, const graph::RevisionMap &map,
                      const Heads &after) {
  const Dialect dialect = run.database.dialect();
  const ledger::VersionChange change = difference(state.heads, after);
  std::string sql = ledger::version_sql(run.tables, dialect, change);
  if (state.partial) sql += ledger::abandon_partial_sql(run.tables, dialect);
  for (const std::string &head : change.added) {
    ledger::Entry entry;
    entry.revision = head;
    entry.motion = ledger::Motion::Stamp;
    if (const graph::Node *node = map.find(head)) {
      entry.parents = node->down_revisions;
      entry.depends_on = map.dependencies(head);
      entry.labels = node->labels;
    }
    entry.run_id = run.options.run_id;
    entry.who = run.options.who;
    entry.host = run.options.host;
    entry.tool_version = run.options.tool_version;
    entry.started_at = execute::rfc3339(run.clock.now());
    sql += ledger::insert_sql(run.tables, dialect, entry, after);
  }
  return sql;
}

Status write_stamp(const execute::Surroundings &run, const Standing &standing, const Heads &after) {
  if (Status opened = execute::open_history(run, {}, standing.state); !opened) return opened;
  database::UnitSettings settings;
  settings.lock_timeout = run.options.lock_timeout;
  settings.check_foreign_keys = false;
  Result<Heads> heads = run.database.begin_unit(settings);
  Status done =
      heads ? run.database.finish_unit(stamp_sql(run, standing.state, standing.map, after)) : Status(fail(heads.error()));
  if (!done) run.database.rollback_unit();
  return done;
}

Status offline(const Context &context, const cli::StampArguments &arguments) {
  Result<Files> files = load_files(context);
  if (!files) return fail(files.error());
  if (Result<const database::Driver *> driver = configured_driver(context.settings); !driver) return fail(driver.error());
  Result<Standing> standing = standing_of_nothing(*files);
  if (!standing) return fail(standing.error());
  Result<Heads> after = graph::stamp(standing->map, {}, arguments.targets, arguments.purge);
  if (!after) return fail(after.error());
  const Dialect dialect = context.settings.database_url->dialect;
  const std::string sql = plan::offline_stamp({}, *after, ledger::tables(history_of(context.settings), dialect), dialect);
  context.output.document({{"sql", sql}});
  context.output.block(sql);
  return {};
}

// Everything between the connection and the report that stamp and ensure-version share.
class HistoryWriter {
public:
  explicit HistoryWriter(const Context &context)
      : context_(context), options_(run_options(context)), signals_(stop_), observer_(context) {}
  ~HistoryWriter() { stop_.attach(nullptr); }
  HistoryWriter(const HistoryWriter &) = delete;
  HistoryWriter &operator=(const HistoryWriter &) = delete;

  Status open() {
    context_.output.note("database " + (context_.settings.database_url ? context_.settings.database_url->redacted : "none"));
    Result<Connection> connection = connect(context_, Access::Create, options_.run_id);
    if (!connection) return fail(connection.error());
    connection_ = std::move(*connection);
    stop_.attach(connection_.database.get());
    lock_.emplace(*connection_.database);
    return connection_.database->preflight();
  }

  Status lock() { return lock_->take(options_.lock_wait, context_.clock, stop_, observer_); }

  const Connection &connection() const noexcept { return connection_; }

  execute::Surroundings surroundings() {
    return {*connection_.database,
            options_,
            context_.clock,
            stop_,
            observer_,
            ledger::tables(connection_.history, connection_.dialect)};
  }

private:
  const Context &context_;
  execute::RunOptions options_;
  execute::Stop stop_;
  execute::SignalWatcher signals_;
  RunObserver observer_;
  Connection connection_;
  std::optional<execute::Lock> lock_; // released before the connection goes
};

} // namespace

Status stamp(const Context &context, const cli::StampArguments &arguments) {
  if (arguments.moving.sql) return offline(context, arguments);
  Result<Files> files = load_files(context);
  if (!files) return fail(files.error());
  HistoryWriter writer(context);
  if (Status opened = writer.open(); !opened) return opened;
  if (arguments.purge)
    if (Status willing = report::confirm("This forgets every row of the version table before it stamps.", context.global.yes);
        !willing)
      return willing;
  if (Status locked = writer.lock(); !locked) return locked;
  Result<Standing> standing = read_standing(writer.connection(), *files);
  if (!standing) return fail(standing.error());
  Result<Heads> after = graph::stamp(standing->map, standing->state.heads, arguments.targets, arguments.purge);
  if (!after) return fail(after.error());
  const bool changes = *after != standing->state.heads || standing->state.partial || !standing->state.has_journal;
  if (changes && !arguments.moving.dry_run)
    if (Status written = write_stamp(writer.surroundings(), *standing, *after); !written) return written;
  context.output.document(
      {{"outcome", changes ? "done" : "nothing_to_do"}, {"heads_before", standing->state.heads}, {"heads_after", *after}});
  context.output.line(
      changes ? fmt::format("stamped: from {} to {}; nothing was run", heads_text(standing->state.heads), heads_text(*after))
              : fmt::format("nothing to do: the database is at {}", heads_text(*after)));
  return {};
}

Status ensure_version(const Context &context, const cli::EnsureVersionArguments &arguments) {
  if (arguments.sql) {
    if (Result<const database::Driver *> driver = configured_driver(context.settings); !driver) return fail(driver.error());
    const Dialect dialect = context.settings.database_url->dialect;
    const std::string sql = ledger::create_history(ledger::tables(history_of(context.settings), dialect), dialect);
    context.output.document({{"sql", sql}});
    context.output.block(sql);
    return {};
  }
  HistoryWriter writer(context);
  if (Status opened = writer.open(); !opened) return opened;
  if (Status locked = writer.lock(); !locked) return locked;
  Result<Standing> standing = read_standing(writer.connection(), {});
  if (!standing) return fail(standing.error());
  const bool there = standing->state.has_version_table && standing->state.has_journal;
  if (!there)
    if (Status made = execute::open_history(writer.surroundings(), {}, standing->state); !made) return made;
  context.output.document({{"outcome", there ? "nothing_to_do" : "done"}, {"version_table", context.settings.version_table}});
  context.output.line(
      fmt::format("{} {}", context.settings.version_table, there ? "is there already" : "and the tables beside it were made"));
  return {};
}

} // namespace migrator::commands
