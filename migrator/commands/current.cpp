// The verb current, and what history asks of a database: where it stands, read without the lock.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "migrator/commands/commands.h"
#include "migrator/commands/connection.h"
#include "migrator/commands/standing.h"
#include "migrator/ledger/read.h"
#include "migrator/report/printable.h"

namespace migrator::commands {

namespace {

std::string describe(const Standing &standing, const std::string &head, const report::Style &style) {
  std::string line = style.paint(report::Ink::Yellow, report::printable(head));
  const graph::Node *node = standing.map.find(head);
  if (node == nullptr) return line + " (known neither to the files nor to the journal)";
  if (!node->in_files) return line + " (its file is not here)";
  const std::vector<std::string> heads = standing.map.heads();
  if (std::find(heads.begin(), heads.end(), head) != heads.end()) line += " (head)";
  return line;
}

std::string details(const Standing &standing, const std::string &head) {
  const auto row = standing.state.latest.find(head);
  if (row == standing.state.latest.end()) return "";
  const ledger::Entry &entry = row->second;
  return report::printable(fmt::format("    {} on {} by {}@{} (run {})", ledger::name(entry.motion), entry.started_at, entry.who,
                                       entry.host, entry.run_id));
}

} // namespace

Status current(const Context &context, const cli::CurrentArguments &arguments) {
  Result<Files> files = load_files(context);
  if (!files) return fail(files.error());
  Result<Connection> connection = connect(context, Access::Read);
  if (!connection) return fail(connection.error());
  Result<Standing> standing = read_standing(*connection, *files);
  if (!standing) return fail(standing.error());
  const ledger::State &state = standing->state;
  const std::vector<std::string> wanted = standing->map.real_heads();
  // A head that a dependency implies has no row of its own, so what is contained counts, not the rows.
  const std::vector<std::string> applied = applied_newest_first(standing->map, state.heads);
  const std::set<std::string, std::less<>> contained(applied.begin(), applied.end());
  const bool at_heads = !state.partial && std::all_of(wanted.begin(), wanted.end(),
                                                      [&](const std::string &head) { return contained.count(head) != 0; });

  nlohmann::ordered_json document = {{"heads", state.heads}, {"at_heads", at_heads}};
  document["partial"] = state.partial ? nlohmann::ordered_json{{"revision", state.partial->revision},
                                                               {"direction", ledger::name(state.partial->motion)},
                                                               {"statements_done", state.partial->statements_done},
                                                               {"statements_total", state.partial->statements_total}}
                                      : nlohmann::ordered_json(nullptr);
  const bool refused = arguments.check_heads && !at_heads;
  if (!refused) context.output.document(document);
  for (const std::string &head : state.heads) {
    context.output.line(describe(*standing, head, context.output.options().style));
    if (context.global.verbose)
      if (const std::string more = details(*standing, head); !more.empty()) context.output.line(more);
  }
  if (state.heads.empty()) context.output.note("the database is at base: no revision is applied");
  if (state.partial)
    context.output.warning(fmt::format("revision {} is partial: {} of {} statements are done; the next moving verb finishes it",
                                       state.partial->revision, state.partial->statements_done, state.partial->statements_total));
  if (!refused) return {};
  return fail(
      ErrorCode::CheckFailed,
      fmt::format("the database is not at the heads of the files ({}); run: migrator upgrade heads", fmt::join(wanted, ", ")),
      wanted);
}

Result<AppliedState> read_applied(const Context &context) {
  Result<Connection> connection = connect(context, Access::Read);
  if (!connection) return fail(connection.error());
  Result<ledger::State> state = ledger::read_state(*connection->database, connection->history);
  if (!state) return fail(state.error());
  AppliedState out;
  out.heads = state->heads;
  for (const auto &[revision, entry] : state->latest)
    out.journal.push_back(
        graph::Node{revision, entry.parents, entry.depends_on, entry.labels, false, "journal of " + revision, true});
  return out;
}

} // namespace migrator::commands
