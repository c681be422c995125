// The verb backup: one backup of the configured database, taken while others go on with their work. Takes no lock.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "migrator/commands/backup_observer.h"
#include "migrator/commands/backup_setup.h"
#include "migrator/commands/commands.h"
#include "migrator/execute/signals.h"
#include "migrator/report/amount.h"
#include "migrator/report/backup_report.h"
#include "migrator/report/printable.h"

namespace migrator::commands {

Status backup(const Context &context, const cli::BackupArguments &arguments) {
  execute::Stop stop;
  const execute::SignalWatcher signals(stop);
  const Result<backup::Store> store = configured_store(context);
  if (!store) return fail(store.error());
  context.output.note("database " + context.settings.database_url->redacted);
  Result<Connection> connection = connect(context, Access::Read);
  if (!connection) return fail(connection.error());
  backup::TakeRequest request = take_request(context, backup::Reason::Asked, {});
  if (arguments.timeout) request.timeout = arguments.timeout;

  const auto started = context.clock.steady();
  std::vector<std::string> notes;
  BackupObserver observer(context, [&](const std::string &sentence) {
    notes.push_back(sentence);
    context.log.event(report::LogLevel::Info, "note", report::printable(sentence));
  });
  stop.attach(connection->database.get());
  const Result<backup::Manifest> manifest = take_backup(
      context, *connection, *store, std::move(request), [&stop] { return stop.reason().has_value(); }, observer);
  stop.attach(nullptr);
  observer.ended();
  if (!manifest) return fail(manifest.error());

  const double seconds = std::chrono::duration<double>(context.clock.steady() - started).count();
  const std::string folder = store->folder_of(manifest->id);
  nlohmann::ordered_json document = report::backup_document(*manifest, folder);
  document["seconds"] = seconds;
  document["notes"] = notes;
  context.output.document(document);
  context.output.line(fmt::format(
      "backup {}: {} in {:.2f} s, {}", manifest->id, report::bytes_text(manifest->bytes), seconds,
      manifest->proof == database::Proof::None ? "not proven" : fmt::format("proven ({})", report::proof_text(manifest->proof))));
  context.output.line(report::printable(folder));
  return {};
}

} // namespace migrator::commands
