#include "migrator/database/sqlite/histories.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "migrator/database/sqlite/tokens.h"
#include "migrator/text/ascii.h"

namespace migrator::database::sqlite {

namespace {

constexpr std::string_view kJournalColumns[] = {"id", "revision", "direction", "outcome", "heads_after"};
constexpr std::string_view kMetaColumns[] = {"key", "value"};

// Of a table that is no virtual one: those cannot be asked when their module is not there.
Result<std::vector<std::string>> columns_of(Connection &connection, const std::string &table) {
  const auto rows = connection.query_with(
      "SELECT name FROM pragma_table_xinfo((SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0 AND "
      "name = ?1 COLLATE NOCASE), 'main')",
      {table});
  if (!rows) return fail(rows.error());
  std::vector<std::string> columns;
  for (const auto &row : rows->rows) columns.push_back(row.front().value_or(""));
  return columns;
}

template <std::size_t count>
Result<bool> has_columns(Connection &connection, const std::string &table, const std::string_view (&wanted)[count]) {
  const auto columns = columns_of(connection, table);
  if (!columns) return fail(columns.error());
  return std::all_of(std::begin(wanted), std::end(wanted), [&columns](std::string_view name) {
    return std::find(columns->begin(), columns->end(), name) != columns->end();
  });
}

Result<std::int64_t> highest_id(Connection &connection, const std::string &journal) {
  const auto rows = connection.query("SELECT max(id) FROM main." + in_double_quotes(journal));
  if (!rows) return fail(rows.error());
  const std::string text = rows->rows.front().front().value_or("0");
  std::int64_t id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id);
  return id;
}

Status read_history(Connection &connection, const std::string &table, Histories &histories) {
  HistoryMark mark;
  mark.name.table = table;
  const auto heads = connection.query("SELECT version_num FROM main." + in_double_quotes(table));
  if (!heads) return fail(heads.error());
  for (const auto &row : heads->rows) mark.heads.push_back(row.front().value_or(""));
  std::sort(mark.heads.begin(), mark.heads.end());
  histories.relations.insert(text::upper(table));
  const auto journal = has_columns(connection, table + "_journal", kJournalColumns);
  if (!journal) return fail(journal.error());
  if (*journal) {
    const auto id = highest_id(connection, table + "_journal");
    if (!id) return fail(id.error());
    mark.last_entry = *id;
    histories.relations.insert(text::upper(table + "_journal"));
    histories.relations.insert(text::upper(table + "_revisions"));
  }
  const auto meta = has_columns(connection, table + "_meta", kMetaColumns);
  if (!meta) return fail(meta.error());
  if (*meta) histories.relations.insert(text::upper(table + "_meta"));
  histories.marks.push_back(std::move(mark));
  return {};
}

} // namespace

Result<Histories> find_histories(Connection &connection) {
  const auto tables = connection.query("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0 AND "
                                       "sql LIKE '%version\\_num%' ESCAPE '\\' ORDER BY name");
  if (!tables) return fail(tables.error());
  Histories histories;
  for (const auto &row : tables->rows) {
    const std::string table = row.front().value_or("");
    const auto columns = columns_of(connection, table);
    if (!columns) return fail(columns.error());
    if (columns->size() != 1 || columns->front() != "version_num") continue;
    if (auto done = read_history(connection, table, histories); !done) return fail(done.error());
  }
  return histories;
}

} // namespace migrator::database::sqlite
