#include "migrator/database/sqlite/statistics.h"

#include <utility>

#include "migrator/database/sqlite/tokens.h"

namespace migrator::database::sqlite {

namespace {

constexpr std::string_view kStores =
    "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name IN ('sqlite_stat1', 'sqlite_stat4')";

Result<std::map<std::string, std::int64_t>> root_pages(Connection &connection) {
  const auto rows = connection.query("SELECT name, rootpage FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0");
  if (!rows) return fail(rows.error());
  std::map<std::string, std::int64_t> pages;
  for (const auto &row : rows->rows) pages.emplace(row[0].value_or(""), std::stoll(row[1].value_or("0")));
  return pages;
}

Result<std::set<std::string>> analyzed_tables(Connection &connection) {
  const auto rows = connection.query("SELECT DISTINCT tbl FROM main.sqlite_stat1");
  if (!rows) return fail(rows.error());
  std::set<std::string> tables;
  for (const auto &row : rows->rows) tables.insert(row[0].value_or(""));
  return tables;
}

// ANALYZE does not touch the rows of a table that is there no more.
Status forget(Connection &connection, const std::string &table) {
  const auto stores = connection.query(kStores);
  if (!stores) return fail(stores.error());
  for (const auto &row : stores->rows)
    if (auto done = connection.query_with("DELETE FROM main." + row[0].value_or("") + " WHERE tbl = ?1", {table}); !done)
      return fail(done.error());
  return {};
}

} // namespace

Result<Statistics> statistics(Connection &connection) {
  Statistics found;
  // Nothing to keep is the rule, and costs one look.
  if (!connection.execute("SELECT 1 FROM main.sqlite_stat1 LIMIT 0")) return found;
  auto analyzed = analyzed_tables(connection);
  if (!analyzed) return fail(analyzed.error());
  if (analyzed->empty()) return found;
  auto pages = root_pages(connection);
  if (!pages) return fail(pages.error());
  return Statistics{std::move(*pages), std::move(*analyzed)};
}

Status renew_statistics(Connection &connection, const Statistics &before) {
  if (before.analyzed.empty()) return {};
  const auto now = root_pages(connection);
  if (!now) return fail(now.error());
  if (!now->contains("sqlite_stat1")) return {};
  const auto kept = analyzed_tables(connection);
  if (!kept) return fail(kept.error());
  std::set<std::string> lost;
  bool renamed = false;
  for (const std::string &table : before.analyzed) {
    const auto old = before.tables.find(table);
    const auto found = now->find(table);
    if (old == before.tables.end()) continue;
    if (found != now->end()) {
      if (found->second != old->second) lost.insert(table);
    } else if (kept->contains(table)) {
      renamed = true;
      if (auto done = forget(connection, table); !done) return done;
    }
  }
  for (const auto &[table, page] : *now) // which of them it was is not told, and a new table beside it may be analyzed, too
    if (renamed && !before.tables.contains(table) && !table.starts_with("sqlite_")) lost.insert(table);
  for (const std::string &table : lost)
    if (auto done = connection.execute("ANALYZE main." + in_double_quotes(table)); !done) return done;
  return {};
}

} // namespace migrator::database::sqlite
