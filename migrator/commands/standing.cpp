#include "migrator/commands/standing.h"

#include <algorithm>
#include <set>

#include "migrator/graph/target.h"
#include "migrator/ledger/read.h"
#include "migrator/script/down_text.h"
#include "migrator/script/folder.h"

namespace migrator::commands {

namespace {

// The header that a journal row keeps in its columns.
script::Script header_of(const ledger::Entry &entry) {
  script::Script header;
  header.revision = entry.revision;
  header.message = entry.message;
  header.down_revisions = entry.parents;
  header.down_revision_given = true;
  header.depends_on = entry.depends_on;
  header.labels = entry.labels;
  return header;
}

Result<plan::Scripts> stored_downs(const Connection &connection, const Standing &standing,
                                   const std::vector<std::string> &revisions) {
  plan::Scripts out;
  for (const std::string &revision : revisions) {
    Result<ledger::StoredDown> stored = ledger::read_down(*connection.database, connection.history, revision);
    if (!stored) return fail(stored.error());
    const auto row = standing.state.latest.find(revision);
    const ledger::Entry entry = row == standing.state.latest.end() ? ledger::Entry{} : row->second;
    Result<script::Script> script = script::parse_down(stored->text, stored->format, header_of(entry));
    if (!script) return fail(script.error());
    out.emplace(revision, std::make_shared<const script::Script>(std::move(*script)));
  }
  return out;
}

// The revisions that targets mean, sorted; none if one of them counts from where the database stands, or means nothing.
std::optional<std::vector<std::string>> meant_by(const graph::RevisionMap &map, const std::vector<std::string> &targets) {
  std::set<std::string> out;
  for (const std::string &target : targets) {
    const Result<std::vector<std::string>> meant = graph::resolve_target(map, target);
    if (!meant) return std::nullopt;
    out.insert(meant->begin(), meant->end());
  }
  return std::vector<std::string>(out.begin(), out.end());
}

} // namespace

Result<Files> load_files(const Context &context) {
  Result<std::vector<script::Script>> scripts = script::load(context.settings.migrations, script::LoadDepth::Full);
  if (!scripts) return fail(scripts.error());
  for (const script::Script &script : *scripts)
    for (const std::string &warning : script.warnings) context.output.warning(warning);
  Files files;
  files.nodes = plan::nodes(*scripts);
  files.by_revision = plan::by_revision(std::move(*scripts));
  return files;
}

Result<Standing> read_standing(const Connection &connection, const Files &files) {
  Result<ledger::State> state = ledger::read_state(*connection.database, connection.history);
  if (!state) return fail(state.error());
  return standing_of(files, std::move(*state));
}

Result<Standing> standing_of(const Files &files, ledger::State state) {
  Result<graph::RevisionMap> map = plan::combine(files.nodes, state);
  if (!map) return fail(map.error());
  return Standing{std::move(state), std::move(*map)};
}

Result<Standing> standing_of_nothing(const Files &files) {
  return standing_of(files, {});
}

Result<plan::Plan> make_plan(const Connection &connection, const Files &files, const Standing &standing,
                             const plan::Request &request) {
  Result<plan::Route> route = plan::route(standing.map, files.by_revision, standing.state, request);
  if (!route) return fail(route.error());
  plan::Scripts downs;
  if (!route->from_journal.empty()) {
    Result<plan::Scripts> stored = stored_downs(connection, standing, route->from_journal);
    if (!stored) return fail(stored.error());
    downs = std::move(*stored);
  }
  return plan::build_plan(standing.map, files.by_revision, downs, standing.state, *route, connection.dialect,
                          connection.driver->sql());
}

report::Bearings bearings(const std::optional<Files> &files, const std::optional<Standing> &standing,
                          const std::vector<std::string> &targets, const Heads &heads) {
  report::Bearings out;
  if (!files) return out;
  const Result<graph::RevisionMap> of_files = standing ? standing->map : plan::combine(files->nodes, {});
  if (!of_files) return out;
  const graph::RevisionMap &map = *of_files;
  out.file_heads = map.heads();
  out.target_heads = meant_by(map, targets);
  if (!standing) return out;
  out.database_read = true;
  out.applied_newest_first = applied_newest_first(map, heads);
  if (!out.target_heads) return out;
  const std::vector<std::string> wanted = map.ancestors(*out.target_heads, true);
  const std::vector<std::string> applied = map.ancestors(heads, true);
  out.pending = std::count_if(wanted.begin(), wanted.end(), [&](const std::string &revision) {
    return !std::binary_search(applied.begin(), applied.end(), revision);
  });
  return out;
}

std::vector<std::string> applied_newest_first(const graph::RevisionMap &map, const std::vector<std::string> &heads) {
  std::vector<std::string> out;
  std::vector<std::string> known;
  for (const std::string &head : heads) (map.find(head) == nullptr ? out : known).push_back(head);
  const std::vector<std::string> applied = map.ancestors(known, true);
  const std::set<std::string, std::less<>> set(applied.begin(), applied.end());
  for (auto node = map.nodes().rbegin(); node != map.nodes().rend(); ++node)
    if (set.count(node->id) != 0) out.push_back(node->id);
  return out;
}

} // namespace migrator::commands
