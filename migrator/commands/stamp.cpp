// The verbs stamp and ensure-version: they write our own tables and run nothing of the user's.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "migrator/commands/commands.h"
#include "migrator/commands/history_writer.h"
#include "migrator/commands/run_setup.h"
#include "migrator/commands/standing.h"
#include "migrator/execute/executor.h"
#include "migrator/graph/stamp.h"
#include "migrator/ledger/schema.h"
#include "migrator/ledger/write.h"
#include "migrator/plan/offline.h"
#include "migrator/report/question.h"
#include "migrator/report/run_report.h"

namespace migrator::commands {

namespace {

// Those that files or journal know; other rows of the version table stay and cannot be walked.
Heads known(const graph::RevisionMap &map, const Heads &heads) {
  Heads out;
  std::copy_if(heads.begin(), heads.end(), std::back_inserter(out),
               [&](const std::string &id) { return map.find(id) != nullptr; });
  return out;
}

ledger::VersionChange difference(const Heads &before, const Heads &after) {
  ledger::VersionChange change;
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(change.removed));
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(change.added));
  return change;
}

ledger::Entry stamp_entry(const plan::OfflineOptions &by, const graph::RevisionMap &map, const std::string &revision) {
  ledger::Entry entry;
  entry.revision = revision;
  entry.motion = ledger::Motion::Stamp;
  if (const graph::Node *node = map.find(revision)) {
    entry.parents = node->down_revisions;
    entry.depends_on = map.dependencies(revision);
    entry.labels = node->labels;
  }
  entry.run_id = by.run_id;
  entry.who = by.who;
  entry.host = by.host;
  entry.tool_version = by.tool_version;
  entry.started_at = by.started_at;
  return entry;
}

// Evidence of who said so: a row a head that was added or, when some were only taken away, a row a head that is gone. Before those a row for
// whatever below the heads has none, or the readers' view would not know that it is contained.
std::vector<ledger::Entry> stamp_rows(const plan::OfflineOptions &by, const ledger::State &state, const graph::RevisionMap &map,
                                      const Heads &after) {
  const ledger::VersionChange change = difference(state.heads, after);
  const Heads &told = change.added.empty() ? change.removed : change.added;
  std::vector<ledger::Entry> rows;
  for (const std::string &revision : map.ancestors(known(map, after), true))
    if (state.latest.count(revision) == 0 && !std::binary_search(told.begin(), told.end(), revision))
      rows.push_back(stamp_entry(by, map, revision));
  for (const std::string &head : told) rows.push_back(stamp_entry(by, map, head));
  return rows;
}

std::string stamp_sql(const execute::Surroundings &run, const plan::OfflineOptions &by, const ledger::State &state,
                      const graph::RevisionMap &map, const Heads &after) {
  const Dialect dialect = run.database.dialect();
  std::string sql = ledger::version_sql(run.tables, dialect, difference(state.heads, after));
  if (state.partial) sql += ledger::abandon_partial_sql(run.tables, dialect);
  for (const ledger::Entry &row : stamp_rows(by, state, map, after)) sql += ledger::insert_sql(run.tables, dialect, row, after);
  return sql;
}

Status write_stamp(const execute::Surroundings &run, const plan::OfflineOptions &by, const Standing &standing,
                   const Heads &after) {
  if (Status opened = execute::open_history(run, {}, standing.state); !opened) return opened;
  database::UnitSettings settings;
  settings.lock_timeout = run.options.lock_timeout;
  settings.check_foreign_keys = false;
  Result<Heads> heads = run.database.begin_unit(settings);
  Status done =
      heads ? run.database.finish_unit(stamp_sql(run, by, standing.state, standing.map, after)) : Status(fail(heads.error()));
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
  const auto rows = stamp_rows(witness(context, run_options(context, arguments.moving)), standing->state, standing->map, *after);
  const std::string sql = plan::offline_stamp({}, *after, rows, ledger::tables(history_of(context.settings), dialect), dialect);
  context.output.document({{"sql", sql}});
  context.output.block(sql);
  return {};
}

// For a dry run: no lock, and no file is made.
Result<Standing> look(const Context &context, const Files &files) {
  if (is_missing_file(context.settings)) return standing_of_nothing(files);
  Result<Connection> connection = connect(context, Access::Read);
  if (!connection) return fail(connection.error());
  return read_standing(*connection, files);
}

Status make_ready(const Context &context, const cli::StampArguments &arguments, HistoryWriter &writer) {
  if (Status opened = writer.open(Access::Create); !opened) return opened;
  if (arguments.purge)
    if (Status willing = report::confirm("This forgets every row of the version table before it stamps.", context.global.yes);
        !willing)
      return willing;
  return writer.lock();
}

// From the files to the rows; `report` learns the heads and whether anything changed, `files` and `standing` what was read for it.
Status stamp_reported(const Context &context, const cli::StampArguments &arguments, HistoryWriter &writer,
                      execute::RunReport &report, std::optional<Files> &files, std::optional<Standing> &standing) {
  Result<Files> loaded = load_files(context);
  if (!loaded) return fail(loaded.error());
  files = std::move(*loaded);
  const bool dry_run = arguments.moving.dry_run;
  if (is_missing_file(context.settings)) { // what is refused leaves no empty database behind
    Result<Standing> nothing = standing_of_nothing(*files);
    if (!nothing) return fail(nothing.error());
    if (Result<Heads> fine = graph::stamp(nothing->map, {}, arguments.targets, arguments.purge); !fine) return fail(fine.error());
  }
  if (!dry_run)
    if (Status ready = make_ready(context, arguments, writer); !ready) return ready;
  Result<Standing> read = dry_run ? look(context, *files) : read_standing(writer.connection(), *files);
  if (!read) return fail(read.error());
  standing = std::move(*read);
  report.heads_before = report.heads_after = standing->state.heads;
  Result<Heads> after = graph::stamp(standing->map, standing->state.heads, arguments.targets, arguments.purge);
  if (!after) return fail(after.error());
  const bool changes = *after != standing->state.heads || standing->state.partial || !standing->state.has_journal;
  if (changes && !dry_run)
    if (Status written = write_stamp(writer.surroundings(), witness(context, writer.options()), *standing, *after); !written)
      return written;
  report.heads_after = *after;
  if (changes) report.outcome = execute::RunOutcome::Done;
  return {};
}

} // namespace

Status stamp(const Context &context, const cli::StampArguments &arguments) {
  if (arguments.moving.sql) return offline(context, arguments);
  const auto started = context.clock.steady();
  HistoryWriter writer(context, arguments.moving);
  execute::RunReport report;
  report.run_id = writer.options().run_id;
  report.started_at = execute::rfc3339(context.clock.now());
  std::optional<Files> files;
  std::optional<Standing> standing;
  Status done = stamp_reported(context, arguments, writer, report, files, standing);
  if (!done) {
    report.outcome = execute::RunOutcome::Failed;
    report.error = done.error();
  }
  report.notes = writer.observer().notes();
  report.milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(context.clock.steady() - started).count();
  if (!arguments.moving.report.empty())
    leave_report(context.output, arguments.moving.report,
                 report::bounded_report(report, bearings(files, standing, arguments.targets, report.heads_after)));
  if (!done) return done;
  const bool changed = report.outcome == execute::RunOutcome::Done;
  context.output.document(
      {{"outcome", execute::name(report.outcome)}, {"heads_before", report.heads_before}, {"heads_after", report.heads_after}});
  context.output.line(changed ? fmt::format("stamped: from {} to {}; nothing was run", ledger::heads_text(report.heads_before),
                                            ledger::heads_text(report.heads_after))
                              : fmt::format("nothing to do: the database is at {}", ledger::heads_text(report.heads_after)));
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
  HistoryWriter writer(context, {});
  if (Status opened = writer.open(Access::Create); !opened) return opened;
  if (Status locked = writer.lock(); !locked) return locked;
  Result<Standing> standing = read_standing(writer.connection(), {});
  if (!standing) return fail(standing.error());
  const bool there = standing->state.has_version_table && standing->state.has_journal;
  if (!there)
    if (Status made = execute::open_history(writer.surroundings(), {}, standing->state); !made) return made;
  context.output.document({{"outcome", there ? "NothingToDo" : "Done"}, {"version_table", context.settings.version_table}});
  context.output.line(
      fmt::format("{} {}", context.settings.version_table, there ? "is there already" : "and the tables beside it were made"));
  return {};
}

} // namespace migrator::commands
