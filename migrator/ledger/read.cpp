#include "migrator/ledger/read.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "migrator/ledger/schema.h"

namespace migrator::ledger {

namespace {

using Cells = std::vector<std::optional<std::string>>;

std::int64_t number(const std::optional<std::string> &cell) {
  std::int64_t value = 0;
  if (cell) std::from_chars(cell->data(), cell->data() + cell->size(), value);
  return value;
}

std::vector<std::string> array(const std::optional<std::string> &cell) {
  std::vector<std::string> out;
  if (!cell) return out;
  const nlohmann::json parsed = nlohmann::json::parse(*cell, nullptr, false);
  if (!parsed.is_array()) return out;
  for (const nlohmann::json &item : parsed)
    if (item.is_string()) out.push_back(item.get<std::string>());
  return out;
}

Motion motion_of(std::string_view text) {
  for (const Motion motion : {Motion::Up, Motion::Down, Motion::Stamp, Motion::Adopt})
    if (name(motion) == text) return motion;
  return Motion::Up;
}

Outcome outcome_of(std::string_view text) {
  for (const Outcome outcome : {Outcome::Done, Outcome::Partial, Outcome::Failed, Outcome::Abandoned, Outcome::Restored})
    if (name(outcome) == text) return outcome;
  return Outcome::Done;
}

// In the order that entry_of() takes apart.
constexpr std::string_view kColumns =
    "j.id, j.revision, j.direction, j.outcome, j.parents, j.depends_on, j.labels, j.message, j.up_checksum, j.down_checksum, "
    "CASE WHEN j.down_sections IS NULL THEN 0 ELSE 1 END, j.statements_done, j.statements_total, j.started_at, j.duration_ms, "
    "j.who, "
    "j.host, j.tool_version, j.run_id, j.plan_hash, j.error, j.backup_id";
constexpr std::string_view kDetailColumns = ", j.statement_checksums, j.progress";

Entry entry_of(const Cells &cells) {
  const auto text = [&](std::size_t column) { return cells[column].value_or(""); };
  Entry entry;
  entry.id = number(cells[0]);
  entry.revision = text(1);
  entry.motion = motion_of(text(2));
  entry.outcome = outcome_of(text(3));
  entry.parents = array(cells[4]);
  entry.depends_on = array(cells[5]);
  entry.labels = array(cells[6]);
  entry.message = text(7);
  entry.up_checksum = cells[8];
  entry.down_checksum = cells[9];
  entry.has_down_sections = number(cells[10]) != 0;
  entry.statements_done = static_cast<int>(number(cells[11]));
  entry.statements_total = static_cast<int>(number(cells[12]));
  entry.started_at = text(13);
  entry.duration_ms = number(cells[14]);
  entry.who = text(15);
  entry.host = text(16);
  entry.tool_version = text(17);
  entry.run_id = text(18);
  entry.plan_hash = text(19);
  entry.error = text(20);
  entry.backup_id = text(21);
  if (cells.size() > 22) {
    entry.statement_checksums = array(cells[22]);
    entry.progress = progress_from_json(text(23));
  }
  return entry;
}

void take_heads(const database::Rows &rows, State &state) {
  for (const Cells &row : rows.rows)
    if (row[0]) state.heads.push_back(*row[0]);
  std::sort(state.heads.begin(), state.heads.end());
}

Status take_meta(const database::Rows &rows, const Tables &tables, State &state) {
  for (const Cells &row : rows.rows) state.meta[row[0].value_or("")] = row[1].value_or("");
  const auto format = state.meta.find("format");
  if (format != state.meta.end() && number(format->second) > kHistoryFormat)
    return fail(ErrorCode::InvalidConfiguration,
                fmt::format("the history in {} has format {}, this migrator knows up to {}; use a newer migrator", tables.version,
                            format->second, kHistoryFormat));
  return {};
}

void take_journal(const database::Rows &rows, State &state) {
  for (const Cells &row : rows.rows) {
    Entry entry = entry_of(row);
    if (!state.last || state.last->id < entry.id) state.last = entry;
    if (entry.outcome == Outcome::Failed || entry.outcome == Outcome::Restored) continue;
    state.latest.emplace(entry.revision, std::move(entry));
  }
}

// The details of a step that is not whole are large and mostly not there: they are asked for when there is one.
Result<State> read_once(database::Database &database, const database::HistoryName &history, bool with_partial) {
  const Tables names = tables(history, database.dialect());
  const std::vector<std::string> all = {history.table, history.table + "_journal"};
  std::vector<database::HistoryQuery> queries = {
      {"SELECT version_num FROM " + names.version, {history.table}},
      {"SELECT key, value FROM " + names.meta, all},
      {fmt::format(
           "SELECT {} FROM {} j WHERE j.id IN (SELECT max(id) FROM {} WHERE outcome NOT IN ('failed', 'restored') GROUP BY "
           "revision) OR j.id = (SELECT max(id) FROM {})",
           kColumns, names.journal, names.journal, names.journal),
       all}};
  if (with_partial)
    queries.push_back({fmt::format("SELECT {}{} FROM {} j WHERE j.outcome = 'partial' ORDER BY j.id DESC LIMIT 1", kColumns,
                                   kDetailColumns, names.journal),
                       all});
  Result<std::vector<std::optional<database::Rows>>> answers = database.read(queries);
  if (!answers) return fail(answers.error());
  State state;
  const auto &version = answers->at(0), &meta = answers->at(1), &journal = answers->at(2);
  state.has_version_table = version.has_value();
  state.has_journal = journal.has_value();
  if (version) take_heads(*version, state);
  if (meta)
    if (Status known = take_meta(*meta, names, state); !known) return fail(known.error());
  if (journal) take_journal(*journal, state);
  if (with_partial && answers->at(3) && !answers->at(3)->rows.empty()) state.partial = entry_of(answers->at(3)->rows.front());
  return state;
}

bool has_partial(const State &state) {
  return std::any_of(state.latest.begin(), state.latest.end(),
                     [](const auto &entry) { return entry.second.outcome == Outcome::Partial; });
}

} // namespace

Result<State> read_state(database::Database &database, const database::HistoryName &history) {
  Result<State> state = read_once(database, history, false);
  return state && has_partial(*state) ? read_once(database, history, true) : state;
}

Result<StoredDown> read_down(database::Database &database, const database::HistoryName &history, const std::string &revision) {
  const Tables names = tables(history, database.dialect());
  Result<database::Rows> rows = database.query(
      fmt::format("SELECT down_format, down_sections FROM {} WHERE revision = {} AND outcome NOT IN ('failed', 'restored') AND "
                  "down_sections IS NOT NULL ORDER BY id DESC LIMIT 1",
                  names.journal, quote_literal(revision, database.dialect())));
  if (!rows) return fail(rows.error());
  if (rows->rows.empty())
    return fail(
        ErrorCode::Irreversible,
        fmt::format(
            "revision {} has no way down: its file is not here and its journal row keeps no down section; restore a backup, or "
            "get the file that it was applied from",
            revision),
        {revision});
  return StoredDown{rows->rows.front()[1].value_or(""), static_cast<int>(number(rows->rows.front()[0]))};
}

Result<std::vector<ViewRow>> read_view(database::Database &database, const database::HistoryName &history) {
  const Tables names = tables(history, database.dialect());
  Result<database::Rows> rows =
      database.query(fmt::format("SELECT id, parents, depends_on, state, changed_by, changed_at FROM {}", names.revisions));
  if (!rows) return fail(rows.error());
  std::vector<ViewRow> out;
  out.reserve(rows->rows.size());
  for (const Cells &row : rows->rows)
    out.push_back(ViewRow{row[0].value_or(""), array(row[1]), array(row[2]), row[3].value_or(""), row[4].value_or(""),
                          row[5].value_or("")});
  return out;
}

} // namespace migrator::ledger
