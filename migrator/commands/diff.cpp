// The verb diff: what would have to change to make one schema of another (docs/models.md).
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "migrator/commands/commands.h"
#include "migrator/commands/comparison.h"
#include "migrator/commands/schemas.h"
#include "migrator/config/suggestion.h"
#include "migrator/execute/signals.h"
#include "migrator/graph/target.h"

namespace migrator::commands {

namespace {

constexpr std::string_view kRevisions = "revisions:";
constexpr std::string_view kSnapshot = "snapshot:";

Result<Side> revisions_side(Schemas &schemas, const std::string &target) {
  const Result<const Files *> files = schemas.files();
  if (!files) return fail(files.error());
  const Result<Standing> standing = standing_of_nothing(**files);
  if (!standing) return fail(standing.error());
  const Result<std::vector<std::string>> ids = graph::resolve_target(standing->map, target);
  if (!ids) return fail(ids.error());
  return schemas.revisions(*ids);
}

Status comparable(const std::string &word) {
  for (const std::string_view known : {"models", "database", "revisions"})
    if (word == known) return {};
  if (word.rfind(kRevisions, 0) == 0 || word.rfind(kSnapshot, 0) == 0) return {};
  return fail(ErrorCode::Usage, config::in_quotes(word) + " is nothing that diff can compare." +
                                    config::did_you_mean(word, {"models", "database", "revisions"}) +
                                    " Name models, database, revisions, revisions:REVISION or snapshot:FILE.");
}

// Of a word that is comparable.
Result<Side> side_of(Schemas &schemas, const std::string &word) {
  if (word == "models") return schemas.models();
  if (word == "database") return schemas.database();
  if (word == "revisions") return revisions_side(schemas, "heads");
  if (word.rfind(kRevisions, 0) == 0) return revisions_side(schemas, word.substr(kRevisions.size()));
  return schemas.snapshot(word.substr(kSnapshot.size()));
}

} // namespace

Status diff(const Context &context, const cli::DiffArguments &arguments) {
  for (const std::string *word : {&arguments.from, &arguments.to})
    if (Status known = comparable(*word); !known) return known;
  execute::Stop stop;
  const execute::SignalWatcher signals(stop);
  Dialect dialect = dialects_for(context, {}).front();
  if (arguments.dialect)
    dialect = *arguments.dialect;
  else if (context.settings.database_url)
    dialect = context.settings.database_url->dialect;
  Schemas schemas(context, dialect, stop);
  Result<Side> from = side_of(schemas, arguments.from);
  if (!from) return fail(from.error());
  Result<Side> to = side_of(schemas, arguments.to);
  if (!to) return fail(to.error());
  Comparison comparison = compared(context, std::move(*from), std::move(*to));
  const bool equal = comparison.changes.empty();
  std::vector<Comparison> all;
  all.push_back(std::move(comparison));
  say(context, all, {{"equal", equal}});
  return {};
}

} // namespace migrator::commands
