// The verb restore: a backup put back in place, by swap, or into another database (the design's section 4, "Backups"; issue 4).
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "migrator/backup/take.h"
#include "migrator/commands/backup_observer.h"
#include "migrator/commands/backup_setup.h"
#include "migrator/commands/commands.h"
#include "migrator/commands/history_writer.h"
#include "migrator/commands/put_back.h"
#include "migrator/database/drivers.h"
#include "migrator/execute/executor.h"
#include "migrator/execute/fence.h"
#include "migrator/ledger/read.h"
#include "migrator/report/amount.h"
#include "migrator/report/printable.h"
#include "migrator/report/question.h"

namespace migrator::commands {

namespace {

using database::HistoryMark;

std::string described(const backup::Manifest &manifest) {
  return fmt::format("backup {} of {} ({}, taken {})", manifest.id, report::printable(manifest.dumped.identity.name),
                     report::bytes_text(manifest.bytes), manifest.created_at);
}

Status consent(const Context &context, const backup::Manifest &manifest) {
  const std::string what = fmt::format("This replaces all that {} holds by {}; what is there now is kept as a backup.",
                                       context.settings.database_url->redacted, described(manifest));
  if (!context.global.yes && !report::can_ask())
    return fail(ErrorCode::Usage, what + " Nobody can be asked here: say --yes if that is wanted.");
  return report::confirm(what, context.global.yes);
}

Status check_bytes(const backup::Store &store, const backup::Manifest &manifest, BackupObserver &observer,
                   const execute::Stop &stop) {
  return store.check_bytes(manifest, [&](std::int64_t done, std::int64_t of) {
    observer.progressed(database::BackupPhase::Hash, done, of);
    return stop.check();
  });
}

Status restore_into(const Context &context, const std::string &into, const PutBack &what) {
  Result<database::DatabaseUrl> url = database::parse_url(into, {});
  if (!url) return fail(url.error());
  const Result<const database::Driver *> driver = database::driver_for(url->dialect);
  if (!driver) return fail(driver.error());
  if (Status valid = (*driver)->validate(*url); !valid) return valid;
  const bool sqlite = url->dialect == Dialect::Sqlite;
  if (sqlite != (what.manifest.dumped.identity.product == "SQLite"))
    return fail(ErrorCode::Usage,
                fmt::format("{} cannot go into {}: it is of another kind of database", described(what.manifest), url->redacted));
  database::OpenOptions options;
  options.create = true;
  options.who = user_name() + "@" + host_name();
  execute::Stop stop;
  execute::SignalWatcher signals(stop);
  const Result<std::unique_ptr<database::Database>> opened = (*driver)->open(*url, options);
  if (!opened) return fail(opened.error());
  stop.attach(opened->get());
  BackupObserver observer(context, [&context](const std::string &sentence) { context.output.note(report::printable(sentence)); });
  Status restored = check_bytes(what.store, what.manifest, observer, stop);
  if (restored) restored = (*opened)->backups().restore_into_empty(restore_request(what), observer);
  stop.attach(nullptr);
  if (!restored) return restored;
  context.output.document({{"outcome", "Restored"}, {"backup", what.manifest.id}, {"into", url->redacted}});
  context.output.line(fmt::format("restored: {} is now in {}", described(what.manifest), url->redacted));
  return {};
}

// One restore into the configured database.
class Restore {
public:
  Restore(const Context &context, const cli::RestoreArguments &arguments, const backup::Store &store,
          const backup::Manifest &manifest)
      : context_(context), arguments_(arguments), store_(store), manifest_(manifest), writer_(context, moving(arguments)),
        observer_(context, [this](const std::string &sentence) { writer_.observer().note(sentence); }) {}

  Status run() {
    if (Status opened = writer_.open(Access::Write); !opened) return opened;
    const Connection &connection = writer_.connection();
    database::Backups &backups = connection.database->backups();
    if (Status same = check_identity(backups.identity()); !same) return same;
    if (Status willing = consent(context_, manifest_); !willing) return willing;
    if (Status whole = check_bytes(store_, manifest_, observer_, writer_.stop()); !whole) return whole;

    if (Status locked = writer_.lock(); !locked) return locked;
    if (Status alone = writer_.widen_lock(); !alone) return alone;
    Result<std::vector<HistoryMark>> now = backups.histories();
    if (!now) return fail(now.error());
    if (Status still = check_others(*now); !still) return still;
    PutBack what{store_, manifest_, {}, arguments_.swap, backups.identity()};
    if (Status possible = backups.check_restore(restore_request(what)); !possible) return possible;

    Result<ledger::State> state = ledger::read_state(*connection.database, connection.history);
    if (!state) return fail(state.error());
    const execute::Surroundings surroundings = writer_.surroundings();
    if (Status made = execute::open_history(surroundings, {}, *state); !made) return made; // the fence keeps its word in it
    execute::Fence fence(backups, writer_.observer());
    if (Status raised = fence.raise(writer_.options().lock_wait); !raised) return raised;
    if (Status kept = keep_displaced(what.displaced); !kept) return kept;
    if (Status restored = put_back(surroundings, connection.history, what, observer_); !restored) {
      if (restored.error().code == ErrorCode::StoppedHalfway) restored.error().message += ", " + what.displaced;
      return restored;
    }
    say(what.displaced);
    return {};
  }

private:
  static cli::MovingOptions moving(const cli::RestoreArguments &arguments) {
    cli::MovingOptions options;
    options.timeout = arguments.timeout;
    return options;
  }

  Status check_identity(const database::DatabaseIdentity &here) const {
    const database::DatabaseIdentity &there = manifest_.dumped.identity;
    if (here.product != there.product)
      return fail(ErrorCode::Usage, fmt::format("{} cannot go into {}: it is of another kind of database", described(manifest_),
                                                context_.settings.database_url->redacted));
    if (here == there || arguments_.other_database) return {};
    return fail(ErrorCode::Usage,
                fmt::format("{} is of another database than {}; if it shall go there all the same, say --other-database",
                            described(manifest_), context_.settings.database_url->redacted));
  }

  // What other histories of this database have done since would be lost without a trace in their journals.
  Status check_others(const std::vector<HistoryMark> &now) const {
    const Connection &connection = writer_.connection();
    for (const HistoryMark &mark : now) {
      if (same_history(mark.name, connection.history, connection.dialect)) continue;
      const HistoryMark *then = mark_of(manifest_.dumped, mark.name, connection.dialect);
      if (then != nullptr && then->heads == mark.heads && then->last_entry == mark.last_entry) continue;
      const std::string name = mark.name.schema.empty() ? mark.name.table : mark.name.schema + "." + mark.name.table;
      return fail(
          ErrorCode::HistoryMoved,
          fmt::format("another history in this database, {}, has moved since backup {} was taken, and a restore would undo that "
                      "too; restore with --into beside it and take over what you need",
                      report::printable(name), manifest_.id),
          {name});
    }
    return {};
  }

  Status keep_displaced(std::string &displaced) {
    backup::TakeRequest request = take_request(context_, backup::Reason::Displaced, writer_.options().run_id);
    request.in_use = {manifest_.id};
    Result<backup::Manifest> kept = take_backup(
        context_, writer_.connection(), store_, std::move(request), [this] { return writer_.stop().reason().has_value(); },
        observer_);
    if (!kept) return fail(kept.error());
    displaced = kept->id;
    return {};
  }

  void say(const std::string &displaced) const {
    const Connection &connection = writer_.connection();
    const HistoryMark *mark = mark_of(manifest_.dumped, connection.history, connection.dialect);
    const std::vector<std::string> heads = mark == nullptr ? std::vector<std::string>() : mark->heads;
    context_.output.document(
        {{"outcome", "Restored"}, {"backup", manifest_.id}, {"displaced", displaced}, {"heads_after", heads}});
    context_.output.line(fmt::format("restored: {}; the database is at {}", described(manifest_), ledger::heads_text(heads)));
    context_.output.line(fmt::format("what was there before is backup {}", displaced));
  }

  const Context &context_;
  const cli::RestoreArguments &arguments_;
  const backup::Store &store_;
  const backup::Manifest &manifest_;
  HistoryWriter writer_;
  BackupObserver observer_;
};

} // namespace

Status restore(const Context &context, const cli::RestoreArguments &arguments) {
  const Result<backup::Store> store = configured_store(context);
  if (!store) return fail(store.error());
  const Result<backup::Manifest> manifest = store->find(arguments.id);
  if (!manifest) return fail(manifest.error());
  if (!arguments.into.empty()) return restore_into(context, arguments.into, PutBack{*store, *manifest, {}, false, {}});
  return Restore(context, arguments, *store, *manifest).run();
}

} // namespace migrator::commands
