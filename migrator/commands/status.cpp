// The verb status: the page one opens at 3 a.m. Where the database stands, what is pending, what is half done, who works on it now, and how the
// last run ended. Reads only.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "migrator/backup/store.h"
#include "migrator/commands/commands.h"
#include "migrator/commands/comparison.h"
#include "migrator/commands/connection.h"
#include "migrator/commands/schemas.h"
#include "migrator/commands/standing.h"
#include "migrator/execute/signals.h"
#include "migrator/ledger/schema.h"
#include "migrator/report/amount.h"
#include "migrator/report/difference.h"
#include "migrator/report/printable.h"

namespace migrator::commands {

namespace {

using nlohmann::ordered_json;

// Everything the page says, gathered before a word of it is written.
struct Page {
  std::string database;
  std::string server;
  std::vector<std::string> current;
  std::vector<std::string> unknown; // heads that neither files nor journal know
  std::vector<std::string> pending; // in the order they would be applied
  std::vector<std::string> ahead;   // heads that are in no file
  std::optional<ledger::Entry> partial;
  std::optional<Error> mismatch;                 // what verification of the applied revisions found
  std::optional<std::vector<std::string>> drift; // what was changed by other ways than revisions; none: not looked for
  const char *drift_since = "";                  // since when there is none
  std::vector<std::string> notes;
  std::optional<database::LockHolder> lock;
  std::optional<ledger::Entry> last;
  std::optional<backup::Manifest> backup; // the newest of this database in the configured folder
  std::string backup_trouble;             // why that could not be told
  std::string restored;                   // the meta table's word on the last restore, JSON; empty: none
  bool fenced = false;                    // a fence is up, or was left by a killed run
};

std::string list(const std::vector<std::string> &values, const char *none) {
  return values.empty() ? none : fmt::format("{}", fmt::join(values, ", "));
}

void gather_backup(const Context &context, const Connection &connection, Page &page) {
  if (context.settings.backup.folder.empty()) return;
  const Result<backup::Listing> listing = backup::Store(context.settings.backup.folder).list();
  if (!listing) {
    page.backup_trouble = listing.error().text();
    return;
  }
  const database::DatabaseIdentity here = connection.database->backups().identity();
  const auto newest = std::find_if(listing->backups.begin(), listing->backups.end(),
                                   [&](const backup::Manifest &one) { return one.dumped.identity == here; });
  if (newest != listing->backups.end()) page.backup = *newest;
}

Page gather(const Context &context, const Connection &connection, const Files &files, const Standing &standing,
            std::optional<database::LockHolder> lock) {
  Page page;
  const database::ServerInfo &server = connection.database->server();
  page.database = context.settings.database_url->redacted;
  page.server = server.product + " " + server.version;
  page.current = standing.state.heads;
  const std::vector<std::string> applied = applied_newest_first(standing.map, page.current);
  std::vector<std::string> known = applied;
  std::sort(known.begin(), known.end());
  for (const graph::Node &node : standing.map.nodes())
    if (node.in_files && !std::binary_search(known.begin(), known.end(), node.id)) page.pending.push_back(node.id);
  for (const std::string &head : page.current) {
    const graph::Node *node = standing.map.find(head);
    if (node == nullptr)
      page.unknown.push_back(head);
    else if (!node->in_files)
      page.ahead.push_back(head);
  }
  page.partial = standing.state.partial;
  page.last = standing.state.last;
  page.lock = std::move(lock);
  gather_backup(context, connection, page);
  const auto restored = standing.state.meta.find(std::string(ledger::kLastRestoreKey));
  if (restored != standing.state.meta.end()) page.restored = restored->second;
  page.fenced = standing.state.meta.contains(std::string(ledger::kFenceKey));
  Result<plan::Verified> verified = plan::verify_applied(standing.map, files.by_revision, standing.state, connection.dialect);
  if (verified)
    page.notes = std::move(verified->notes);
  else
    page.mismatch = verified.error();
  return page;
}

// What was changed by other ways than revisions, by a replay of them.
Result<std::vector<std::string>> drift_from_revisions(const Context &context, const Connection &connection) {
  execute::Stop stop;
  const execute::SignalWatcher signals(stop);
  Schemas schemas(context, connection.dialect, stop);
  const Result<Comparison> comparison = drift(context, schemas);
  if (!comparison) return fail(comparison.error());
  return schema::describe(report::without_parts(comparison->changes));
}

Result<std::vector<std::string>> drift_from(const Context &context, const Connection &connection, const std::string &file) {
  execute::Stop stop;
  Schemas schemas(context, connection.dialect, stop);
  const Result<Comparison> comparison = drift_from_snapshot(context, schemas, file);
  if (!comparison) return fail(comparison.error());
  return schema::describe(report::without_parts(comparison->changes));
}

ordered_json run_of(const ledger::Entry &entry) {
  ordered_json out = {{"run_id", entry.run_id},
                      {"revision", entry.revision},
                      {"direction", ledger::name(entry.motion)},
                      {"outcome", ledger::name(entry.outcome)},
                      {"started_at", entry.started_at},
                      {"seconds", static_cast<double>(entry.duration_ms) / 1000.0},
                      {"who", entry.who},
                      {"host", entry.host},
                      {"tool_version", entry.tool_version}};
  out["error"] = entry.error.empty() ? ordered_json(nullptr) : ordered_json(entry.error);
  return out;
}

ordered_json document_of(const Page &page) {
  ordered_json out = {{"database", page.database}, {"server", page.server},   {"heads", page.current},
                      {"pending", page.pending},   {"unknown", page.unknown}, {"ahead", page.ahead}};
  out["partial"] = nullptr;
  if (page.partial) {
    out["partial"] = run_of(*page.partial);
    out["partial"]["statements_done"] = page.partial->statements_done;
    out["partial"]["statements_total"] = page.partial->statements_total;
  }
  out["mismatch"] = page.mismatch ? ordered_json(page.mismatch->text()) : ordered_json(nullptr);
  out["drift"] = page.drift ? ordered_json(*page.drift) : ordered_json(nullptr);
  out["notes"] = page.notes;
  out["lock"] = nullptr;
  if (page.lock) out["lock"] = {{"who", page.lock->who}, {"since", page.lock->since}, {"run_id", page.lock->run_id}};
  out["fenced"] = page.fenced;
  out["last_backup"] = nullptr;
  if (page.backup)
    out["last_backup"] = {{"id", page.backup->id},
                          {"created_at", page.backup->created_at},
                          {"bytes", page.backup->bytes},
                          {"sha256", page.backup->sha256},
                          {"verified", backup::name(page.backup->proof)}};
  out["last_restore"] = page.restored.empty() ? ordered_json(nullptr) : ordered_json::parse(page.restored, nullptr, false);
  out["last_run"] = page.last ? run_of(*page.last) : ordered_json(nullptr);
  return out;
}

std::string text_of(const Page &page) {
  std::string out;
  const auto line = [&](std::string_view label, const std::string &value) {
    out += fmt::format("{:<9} {}\n", label, report::printable(value));
  };
  line("database", fmt::format("{} ({})", page.database, page.server));
  line("current", list(page.current, "base (no revision is applied)"));
  line("pending", page.pending.empty() ? "none" : fmt::format("{}: {}", page.pending.size(), list(page.pending, "")));
  if (!page.ahead.empty())
    line("ahead", list(page.ahead, "") + ": not in these files; older files never take newer revisions away");
  if (!page.unknown.empty())
    line("unknown", list(page.unknown, "") +
                        ": known neither to the files nor to the journal; bring the files, or stamp what the schema is");
  if (page.partial) {
    const ledger::Entry &partial = *page.partial;
    line("partial",
         fmt::format("{} ({}): {} of {} statements are done; `migrator upgrade` or any moving verb goes on with it, `migrator "
                     "stamp` gives it up",
                     partial.revision, ledger::name(partial.motion), partial.statements_done, partial.statements_total));
    if (!partial.progress.batch_name.empty())
      line("", fmt::format("data section {}: {} rows changed so far", partial.progress.batch_name, partial.progress.rows));
    else if (!partial.progress.begun_checksum.empty())
      line("", fmt::format("{} was begun; the next run looks whether it took effect", partial.progress.begun_keyword));
    if (!partial.error.empty()) line("", partial.error);
  }
  line("files", page.mismatch ? page.mismatch->text() : "as they were applied");
  line("drift", !page.drift           ? "not looked for; --drift does, or --snapshot FILE"
                : page.drift->empty() ? fmt::format("none{}", page.drift_since)
                                      : list(*page.drift, ""));
  for (const std::string &note : page.notes) line("note", note);
  line("lock", page.lock ? fmt::format("held by {} since {}", page.lock->who, page.lock->since) : "free");
  if (page.fenced && !page.lock)
    line("fence",
         "left up by a killed run, so that others cannot connect; any moving verb lowers it, `migrator ensure-version` too");
  if (page.backup)
    line("backup",
         fmt::format("{} ({}, {}), `migrator restore {}` puts it back", page.backup->id, report::bytes_text(page.backup->bytes),
                     page.backup->proof == database::Proof::None
                         ? "not verified"
                         : fmt::format("verified by {}", backup::name(page.backup->proof)),
                     page.backup->id));
  if (!page.backup_trouble.empty()) line("backup", page.backup_trouble);
  if (const ordered_json told = ordered_json::parse(page.restored, nullptr, false); told.is_object())
    line("restored", fmt::format("from {} at {} by {}", told.value("backup", ""), told.value("at", ""), told.value("who", "")));
  if (page.last) {
    line("last run", fmt::format("{} {} {} on {} by {}@{} (run {})", ledger::name(page.last->motion), page.last->revision,
                                 ledger::name(page.last->outcome), page.last->started_at, page.last->who, page.last->host,
                                 page.last->run_id));
    if (page.last->outcome == ledger::Outcome::Failed && !page.last->error.empty()) line("", page.last->error);
  } else {
    line("last run", "none");
  }
  return out;
}

} // namespace

Status status(const Context &context, const cli::StatusArguments &arguments) {
  Result<Files> files = load_files(context);
  if (!files) return fail(files.error());
  Result<Connection> connection = connect(context, Access::Read);
  if (!connection) return fail(connection.error());
  Result<Standing> standing = read_standing(*connection, *files);
  if (!standing) return fail(standing.error());
  Result<std::optional<database::LockHolder>> lock = connection->database->lock_holder();
  if (!lock) return fail(lock.error());
  Page page = gather(context, *connection, *files, *standing, std::move(*lock));
  if (!arguments.snapshot.empty()) {
    Result<std::vector<std::string>> drift = drift_from(context, *connection, arguments.snapshot);
    if (!drift) return fail(drift.error());
    page.drift = std::move(*drift);
    page.drift_since = " since the snapshot";
  } else if (arguments.drift) {
    Result<std::vector<std::string>> drift = drift_from_revisions(context, *connection);
    if (!drift) return fail(drift.error());
    page.drift = std::move(*drift);
  }
  context.output.document(document_of(page));
  context.output.block(text_of(page));
  return {};
}

} // namespace migrator::commands
