// The verb backups: lists the folder of backups, and removes from it.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "migrator/commands/backup_setup.h"
#include "migrator/commands/commands.h"
#include "migrator/report/backup_report.h"
#include "migrator/report/printable.h"
#include "migrator/report/question.h"

namespace migrator::commands {

namespace {

// The ids that are meant; a damaged one, which find() refuses, by its whole id.
Result<std::vector<std::string>> ids_of(const backup::Store &store, const std::vector<std::string> &written) {
  std::vector<std::string> ids;
  for (const std::string &id : written) {
    Result<backup::Manifest> found = store.find(id);
    if (!found && found.error().code != ErrorCode::BackupFailed) return fail(found.error());
    const bool named = found || found.error().subject.size() != 1;
    ids.push_back(found ? found->id : named ? id : found.error().subject.front());
  }
  return ids;
}

Status remove(const Context &context, const backup::Store &store, const std::vector<std::string> &written) {
  const Result<std::vector<std::string>> ids = ids_of(store, written);
  if (!ids) return fail(ids.error());
  if (Status willing = report::confirm(fmt::format("This removes {} for good.", fmt::join(*ids, ", ")), context.global.yes);
      !willing)
    return willing;
  for (const std::string &id : *ids) {
    if (Status removed = store.remove(id); !removed) return removed;
    context.output.line("removed " + id);
  }
  context.output.document({{"removed", *ids}});
  return {};
}

} // namespace

Status backups(const Context &context, const cli::BackupsArguments &arguments) {
  const Result<backup::Store> store = configured_store(context);
  if (!store) return fail(store.error());
  if (!arguments.remove.empty()) return remove(context, *store, arguments.remove);
  const Result<backup::Listing> listing = store->list();
  if (!listing) return fail(listing.error());
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const backup::Manifest &manifest : listing->backups)
    list.push_back(report::backup_document(manifest, store->folder_of(manifest.id)));
  context.output.document({{"backups", std::move(list)}, {"damaged", listing->damaged}});
  const std::string text = report::backups_text(listing->backups, listing->damaged, context.output.options().style);
  if (text.empty())
    context.output.line("there is no backup in " + report::printable(store->folder()));
  else
    context.output.block(text);
  return {};
}

} // namespace migrator::commands
