#include "migrator/ledger/survivors.h"

#include <fmt/format.h>

#include "migrator/ledger/schema.h"

namespace migrator::ledger {

namespace {

constexpr std::string_view kKept =
    "revision, direction, parents, depends_on, labels, message, up_checksum, down_checksum, down_format, down_sections, "
    "statements_done, statements_total, statement_checksums, progress, heads_after, run_id, plan_hash, backup_id, who, host, "
    "tool_version, started_at, duration_ms";

} // namespace

Result<std::string> survivors_sql(database::Database &database, const database::HistoryName &history, std::int64_t last_entry,
                                  const std::string &why) {
  const Dialect dialect = database.dialect();
  const Tables names = tables(history, dialect);
  std::string sql = create_history(names, dialect);
  const Result<bool> there = database.has_relation(history.table + "_journal");
  if (!there) return fail(there.error());
  if (!*there) return sql;
  const Result<database::Rows> rows = database.query(
      fmt::format("SELECT CASE outcome WHEN 'failed' THEN outcome ELSE 'restored' END, coalesce(error, {}), {} FROM {} "
                  "WHERE id > {} ORDER BY id",
                  quote_literal(why, dialect), kKept, names.journal, last_entry));
  if (!rows) return fail(rows.error());
  for (const auto &row : rows->rows) {
    std::string values;
    for (const auto &cell : row) values += (values.empty() ? "" : ", ") + (cell ? quote_literal(*cell, dialect) : "NULL");
    sql += fmt::format("INSERT INTO {} (outcome, error, {}) VALUES ({});\n", names.journal, kKept, values);
  }
  return sql;
}

} // namespace migrator::ledger
