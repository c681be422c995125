// The verb check: whether models, revisions and database agree (docs/models.md).
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "migrator/commands/commands.h"
#include "migrator/commands/comparison.h"
#include "migrator/commands/files.h"
#include "migrator/commands/schemas.h"
#include "migrator/execute/signals.h"
#include "migrator/report/printable.h"

namespace migrator::commands {

namespace {

std::vector<std::string> pending_of(const Standing &standing) {
  std::vector<std::string> applied = applied_newest_first(standing.map, standing.state.heads);
  std::sort(applied.begin(), applied.end());
  std::vector<std::string> pending;
  for (const graph::Node &node : standing.map.nodes())
    if (node.in_files && !std::binary_search(applied.begin(), applied.end(), node.id)) pending.push_back(node.id);
  return pending;
}

// What pending revisions do is no missing revision. Not known where the file of an applied one is not here.
Status subtract_pending(const Context &context, Schemas &schemas, const Standing &standing, Comparison &comparison) {
  if (comparison.pending.empty() || comparison.changes.empty() || missing_file(standing)) return {};
  const Result<Side> now = schemas.revisions(standing.state.heads);
  if (!now) return fail(now.error());
  const Result<Side> then = schemas.revisions(standing.map.heads());
  if (!then) return fail(then.error());
  const schema::CompareOptions options = compare_options(context.settings);
  comparison.besides = schema::besides(comparison.changes, schema::compare(now->schema, then->schema, options),
                                       schema::compare(then->schema, comparison.to.schema, options));
  return {};
}

Result<Comparison> models_with_database(const Context &context, Schemas &schemas) {
  Result<Side> database = schemas.database();
  if (!database) return fail(database.error());
  Result<Side> models = schemas.models();
  if (!models) return fail(models.error());
  const Result<const Standing *> standing = schemas.standing();
  if (!standing) return fail(standing.error());
  Comparison out = compared(context, std::move(*database), std::move(*models));
  out.pending = pending_of(**standing);
  if (Status done = subtract_pending(context, schemas, **standing, out); !done) return fail(done.error());
  return out;
}

Result<Comparison> revisions_with_models(const Context &context, Schemas &schemas) {
  const Result<const Files *> files = schemas.files();
  if (!files) return fail(files.error());
  const Result<Standing> standing = standing_of_nothing(**files);
  if (!standing) return fail(standing.error());
  Result<Side> revisions = schemas.revisions(standing->map.heads());
  if (!revisions) return fail(revisions.error());
  Result<Side> models = schemas.models();
  if (!models) return fail(models.error());
  return compared(context, std::move(*revisions), std::move(*models));
}

Result<Comparison> comparison_of(const Context &context, const cli::CheckArguments &arguments, Schemas &schemas) {
  switch (arguments.kind) {
  case cli::CheckKind::Revisions:
    return revisions_with_models(context, schemas);
  case cli::CheckKind::Drift:
    return drift(context, schemas);
  case cli::CheckKind::Snapshot:
    return drift_from_snapshot(context, schemas, arguments.snapshot);
  case cli::CheckKind::Database:
    break;
  }
  return models_with_database(context, schemas);
}

Status write_snapshot(const Context &context, const std::string &path, Schemas &schemas) {
  const Result<const Files *> files = schemas.files();
  if (!files) return fail(files.error());
  const Result<Standing> standing = standing_of_nothing(**files);
  if (!standing) return fail(standing.error());
  Result<Side> revisions = schemas.revisions(standing->map.heads());
  if (!revisions) return fail(revisions.error());
  const schema::Stored stored{revisions->server, MIGRATOR_VERSION, standing->map.heads(), std::move(revisions->schema)};
  if (Status written = replace_file(path, schema::to_json(stored)); !written) return written;
  context.output.line(fmt::format("wrote {}: {} objects at {}", report::printable(path), stored.schema.objects.size(),
                                  listed_heads(stored.heads)));
  context.output.document({{"snapshot", path},
                           {"dialect", name(stored.schema.dialect)},
                           {"server", stored.server},
                           {"heads", stored.heads},
                           {"objects", stored.schema.objects.size()}});
  return {};
}

} // namespace

Status check(const Context &context, const cli::CheckArguments &arguments) {
  execute::Stop stop;
  const execute::SignalWatcher signals(stop);
  const bool live = arguments.kind != cli::CheckKind::Revisions && arguments.write_snapshot.empty();
  std::vector<Dialect> dialects = dialects_for(context, arguments.dialects);
  const bool of_the_database = live || (!arguments.write_snapshot.empty() && context.settings.database_url);
  if (of_the_database && arguments.dialects.empty()) dialects = {context.settings.database_url->dialect};
  if (!arguments.write_snapshot.empty()) {
    if (dialects.size() > 1)
      return fail(ErrorCode::Usage, "the models are for two databases, and a snapshot is of one. Name it with --dialect.");
    Schemas schemas(context, dialects.front(), stop);
    return write_snapshot(context, arguments.write_snapshot, schemas);
  }
  std::vector<Comparison> comparisons;
  for (const Dialect dialect : dialects) {
    Schemas schemas(context, dialect, stop);
    Result<Comparison> one = comparison_of(context, arguments, schemas);
    if (!one) return fail(one.error());
    comparisons.push_back(std::move(*one));
  }
  std::size_t changes = 0, pending = 0, besides = 0;
  for (const Comparison &one : comparisons) {
    changes += one.changes.size();
    pending += one.pending.size();
    besides += one.besides ? one.besides->size() : one.changes.size();
  }
  say(context, comparisons, {{"equal", changes == 0}});
  // Left until the process ends: to free what thousands of tables are made of takes as long as to compare them.
  [[maybe_unused]] static const std::vector<Comparison> kept = std::move(comparisons);
  if (changes == 0) return {};
  const char *const advice =
      arguments.kind == cli::CheckKind::Revisions ? "`migrator revision --autogenerate` writes the missing revision"
      : arguments.kind == cli::CheckKind::Database
          ? (pending != 0 ? (besides == 0 ? "no revision is missing: apply what is pending with `migrator upgrade heads`"
                                          : "apply what is pending with `migrator upgrade heads`, then check again")
                          : "`migrator check --revisions` and `migrator check --drift` say which side is behind")
          : "somebody changed the database by other ways than its revisions: put it back, or write a revision for it";
  return fail(ErrorCode::CheckFailed, fmt::format("the check found differences; {}.", advice));
}

} // namespace migrator::commands
