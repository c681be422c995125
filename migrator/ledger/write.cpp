#include "migrator/ledger/write.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "migrator/script/down_text.h"

namespace migrator::ledger {

namespace {

std::string json_array(const std::vector<std::string> &values) {
  return nlohmann::json(values).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string guarded_heads(const Tables &tables, Dialect dialect, const std::vector<std::string> &heads) {
  return fmt::format("(SELECT CASE WHEN {} THEN {} END)", heads_are(tables, dialect, heads),
                     quote_literal(json_array(heads), dialect));
}

std::string optional_literal(const std::optional<std::string> &text, Dialect dialect) {
  return text ? quote_literal(*text, dialect) : "NULL";
}

std::string format_of(const Entry &entry) {
  return entry.down_sections ? std::to_string(script::kDownFormat) : "NULL";
}

std::string nonempty_literal(const std::string &text, Dialect dialect) {
  return text.empty() ? "NULL" : quote_literal(text, dialect);
}

} // namespace

std::string heads_are(const Tables &tables, Dialect dialect, const std::vector<std::string> &heads) {
  if (heads.empty()) return fmt::format("NOT EXISTS (SELECT 1 FROM {})", tables.version);
  return fmt::format("(SELECT count(*) FROM {0}) = {1} AND (SELECT count(*) FROM {0} WHERE version_num IN ({2})) = {1}",
                     tables.version, heads.size(), literal_list(heads, dialect));
}

std::string version_sql(const Tables &tables, Dialect dialect, const VersionChange &change) {
  if (change.removed.size() == 1 && change.added.size() == 1)
    return fmt::format("UPDATE {} SET version_num = {} WHERE version_num = {};\n", tables.version,
                       quote_literal(change.added.front(), dialect), quote_literal(change.removed.front(), dialect));
  std::string sql;
  if (!change.removed.empty())
    sql += fmt::format("DELETE FROM {} WHERE version_num IN ({});\n", tables.version, literal_list(change.removed, dialect));
  for (const std::string &head : change.added)
    sql += fmt::format("INSERT INTO {} (version_num) VALUES ({});\n", tables.version, quote_literal(head, dialect));
  return sql;
}

std::string insert_sql(const Tables &tables, Dialect dialect, const Entry &entry, const std::vector<std::string> &heads_after) {
  const auto text = [&](std::string_view value) { return quote_literal(value, dialect); };
  return fmt::format(
      "INSERT INTO {} (revision, direction, outcome, parents, depends_on, labels, message, up_checksum, down_checksum, "
      "down_format, down_sections, statements_done, statements_total, statement_checksums, progress, error, "
      "heads_after, run_id, plan_hash, backup_id, who, host, tool_version, started_at, duration_ms) VALUES "
      "({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {});\n",
      tables.journal, text(entry.revision), text(name(entry.motion)), text(name(entry.outcome)), text(json_array(entry.parents)),
      text(json_array(entry.depends_on)), text(json_array(entry.labels)), text(entry.message),
      optional_literal(entry.up_checksum, dialect), optional_literal(entry.down_checksum, dialect), format_of(entry),
      optional_literal(entry.down_sections, dialect), entry.statements_done, entry.statements_total,
      text(json_array(entry.statement_checksums)), text(to_json(entry.progress)), nonempty_literal(entry.error, dialect),
      guarded_heads(tables, dialect, heads_after), text(entry.run_id), nonempty_literal(entry.plan_hash, dialect),
      nonempty_literal(entry.backup_id, dialect), text(entry.who), text(entry.host), text(entry.tool_version),
      text(entry.started_at), entry.duration_ms);
}

std::string update_partial_sql(const Tables &tables, Dialect dialect, const Entry &entry,
                               const std::vector<std::string> &heads_after) {
  const auto text = [&](std::string_view value) { return quote_literal(value, dialect); };
  return fmt::format("UPDATE {} SET outcome = {}, up_checksum = {}, down_checksum = {}, down_format = {}, down_sections = {}, "
                     "statements_done = {}, statements_total = {}, statement_checksums = {}, progress = {}, error = {}, "
                     "heads_after = {}, run_id = {}, plan_hash = {}, backup_id = {}, duration_ms = {} WHERE revision = {} AND "
                     "outcome = 'partial';\n",
                     tables.journal, text(name(entry.outcome)), optional_literal(entry.up_checksum, dialect),
                     optional_literal(entry.down_checksum, dialect), format_of(entry),
                     optional_literal(entry.down_sections, dialect), entry.statements_done, entry.statements_total,
                     text(json_array(entry.statement_checksums)), text(to_json(entry.progress)),
                     nonempty_literal(entry.error, dialect), guarded_heads(tables, dialect, heads_after), text(entry.run_id),
                     nonempty_literal(entry.plan_hash, dialect), nonempty_literal(entry.backup_id, dialect), entry.duration_ms,
                     text(entry.revision));
}

std::string abandon_partial_sql(const Tables &tables, Dialect) {
  return fmt::format("UPDATE {} SET outcome = 'abandoned' WHERE outcome = 'partial';\n", tables.journal);
}

std::string meta_sql(const Tables &tables, Dialect dialect, std::string_view key, std::string_view value) {
  return fmt::format("INSERT INTO {} (key, value) VALUES ({}, {}) ON CONFLICT (key) DO UPDATE SET value = excluded.value;\n",
                     tables.meta, quote_literal(key, dialect), quote_literal(value, dialect));
}

std::string forget_meta_sql(const Tables &tables, Dialect dialect, std::string_view key) {
  return fmt::format("DELETE FROM {} WHERE key = {};\n", tables.meta, quote_literal(key, dialect));
}

} // namespace migrator::ledger
