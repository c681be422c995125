// See comparison.h.
#include "migrator/commands/comparison.h"

#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "migrator/report/difference.h"
#include "migrator/report/printable.h"

namespace migrator::commands {

namespace {

report::Compared shown(const Side &side) {
  return {side.what, side.of, side.server, side.text(), &side.schema};
}

} // namespace

schema::CompareOptions compare_options(const config::Settings &settings) {
  return {settings.manage_owned};
}

Comparison compared(const Context &context, Side from, Side to) {
  std::vector<schema::Change> changes = schema::compare(from.schema, to.schema, compare_options(context.settings));
  return {std::move(from), std::move(to), std::move(changes), {}, {}};
}

std::optional<std::string> missing_file(const Standing &standing) {
  for (const std::string &id : standing.map.ancestors(standing.state.heads, true)) {
    const graph::Node *node = standing.map.find(id);
    if (node == nullptr || !node->in_files) return id;
  }
  return std::nullopt;
}

Result<Comparison> drift(const Context &context, Schemas &schemas) {
  const Result<const Standing *> standing = schemas.standing();
  if (!standing) return fail(standing.error());
  if (const std::optional<std::string> id = missing_file(**standing))
    return fail(ErrorCode::MissingRevision,
                fmt::format("the database has revision {}, and its file is not here, so what it made is not known. Bring the "
                            "files that belong to this database, or compare with a snapshot.",
                            *id),
                {*id});
  Result<Side> revisions = schemas.revisions((*standing)->state.heads);
  if (!revisions) return fail(revisions.error());
  Result<Side> database = schemas.database();
  if (!database) return fail(database.error());
  return compared(context, std::move(*revisions), std::move(*database));
}

std::string listed_heads(const std::vector<std::string> &heads) {
  return heads.empty() ? "base" : fmt::format("{}", fmt::join(heads, ", "));
}

Result<Comparison> drift_from_snapshot(const Context &context, Schemas &schemas, const std::string &path) {
  Result<Side> snapshot = schemas.snapshot(path);
  if (!snapshot) return fail(snapshot.error());
  const Result<std::vector<std::string>> heads = schemas.database_heads();
  if (!heads) return fail(heads.error());
  if (schemas.snapshot_heads() != *heads)
    return fail_at(
        path, 0, ErrorCode::InvalidConfiguration,
        fmt::format(
            "is of {}, and the database is at {}, so it tells nothing of drift. Name the snapshot of what the database is "
            "at, or compare without one.",
            listed_heads(schemas.snapshot_heads()), listed_heads(*heads)));
  Result<Side> database = schemas.database();
  if (!database) return fail(database.error());
  return compared(context, std::move(*snapshot), std::move(*database));
}

void warn_of_unknown(const Context &context, const std::vector<Comparison> &comparisons) {
  std::set<std::string> unknown;
  for (const Comparison &one : comparisons) {
    unknown.insert(one.from.schema.unknown.begin(), one.from.schema.unknown.end());
    unknown.insert(one.to.schema.unknown.begin(), one.to.schema.unknown.end());
  }
  if (!unknown.empty())
    context.output.warning(report::printable(
        fmt::format("not compared, for their kinds are not known here: {}. Look after them by hand, or name them in `ignore`.",
                    fmt::join(unknown, ", "))));
}

void say(const Context &context, const std::vector<Comparison> &comparisons, nlohmann::ordered_json document) {
  std::string text;
  document["comparisons"] = nlohmann::ordered_json::array();
  for (const Comparison &one : comparisons) {
    const report::Difference difference{
        one.from.schema.dialect, shown(one.from), shown(one.to), one.changes, one.pending, one.besides};
    text += report::difference_text(difference);
    document["comparisons"].push_back(report::difference_document(difference));
  }
  warn_of_unknown(context, comparisons);
  context.output.document(document);
  context.output.block(text);
}

} // namespace migrator::commands
