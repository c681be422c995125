// See histories.h.
#include "migrator/database/postgresql/histories.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace migrator::database::postgresql {

namespace {

// 'a', 'b' as a condition on a column that holds a relation's oid.
std::string has_columns(std::string_view relation, const std::vector<std::string_view> &columns) {
  std::string names;
  for (const auto column : columns) names += fmt::format("{}'{}'", names.empty() ? "" : ", ", column);
  return fmt::format("(SELECT count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = {} AND NOT a.attisdropped AND "
                     "a.attname IN ({})) = {}",
                     relation, names, columns.size());
}

std::int64_t number(const std::string &text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

} // namespace

Result<std::vector<History>> find_histories(const Ask &ask, const History &own) {
  const auto rows = ask(
      fmt::format("SELECT n.nspname::text, v.relname::text FROM pg_catalog.pg_class v "
                  "JOIN pg_catalog.pg_namespace n ON n.oid = v.relnamespace "
                  "LEFT JOIN pg_catalog.pg_class j ON j.relnamespace = n.oid AND j.relkind = 'r' AND j.relname = v.relname || "
                  "'_journal' LEFT JOIN pg_catalog.pg_class m ON m.relnamespace = n.oid AND m.relkind = 'r' AND m.relname = "
                  "v.relname || '_meta' WHERE v.relkind = 'r' AND {} AND (({} AND {}) OR (n.nspname = {} AND v.relname = {})) "
                  "ORDER BY n.nspname COLLATE \"C\", v.relname COLLATE \"C\"",
                  has_columns("v.oid", {"version_num"}),
                  has_columns("j.oid", {"id", "revision", "direction", "outcome", "heads_after", "run_id"}),
                  has_columns("m.oid", {"key", "value"}), quote_literal(own.schema), quote_literal(own.table)),
      2);
  if (!rows) return tl::unexpected(rows.error());
  std::vector<History> histories;
  for (const auto &row : *rows) histories.push_back({row[0], row[1]});
  return histories;
}

Result<bool> has_relation(const Ask &ask, const History &history, const std::string &name) {
  const auto rows = ask(fmt::format("SELECT count(*)::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
                                    "c.relnamespace WHERE n.nspname = {} AND c.relname = {}",
                                    quote_literal(history.schema), quote_literal(name)),
                        1);
  if (!rows) return tl::unexpected(rows.error());
  return rows->at(0).at(0) != "0";
}

Result<std::vector<HistoryMark>> mark_histories(const Ask &ask, const std::vector<History> &histories) {
  std::vector<HistoryMark> marks;
  for (const History &history : histories) {
    HistoryMark mark;
    mark.name = {history.schema, history.table};
    const auto heads = ask(fmt::format("SELECT version_num::text FROM {} ORDER BY version_num::text COLLATE \"C\"",
                                       history.qualified(history.table)),
                           1);
    if (!heads) return tl::unexpected(heads.error());
    for (const auto &row : *heads) mark.heads.push_back(row[0]);
    const auto has_journal = has_relation(ask, history, history.journal());
    if (!has_journal) return tl::unexpected(has_journal.error());
    if (*has_journal) {
      const auto last = ask(fmt::format("SELECT coalesce(max(id), 0)::text FROM {}", history.qualified(history.journal())), 1);
      if (!last) return tl::unexpected(last.error());
      mark.last_entry = number(last->at(0).at(0));
    }
    marks.push_back(std::move(mark));
  }
  return marks;
}

Result<OwnRelations> OwnRelations::of(const Ask &ask, const std::vector<History> &histories) {
  OwnRelations own;
  for (const History &history : histories) {
    const auto rows =
        ask(fmt::format(
                "WITH ours AS (SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
                "c.relnamespace WHERE n.nspname = {} AND c.relname IN ({}, {}, {}, {})) "
                "SELECT n.nspname || '.' || c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
                "c.relnamespace WHERE c.oid IN (SELECT o.oid FROM ours o UNION SELECT i.indexrelid FROM pg_catalog.pg_index i "
                "JOIN ours o ON o.oid = i.indrelid UNION SELECT d.objid FROM pg_catalog.pg_depend d JOIN ours o ON o.oid = "
                "d.refobjid WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = "
                "'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i'))",
                quote_literal(history.schema), quote_literal(history.table), quote_literal(history.journal()),
                quote_literal(history.meta()), quote_literal(history.view())),
            1);
    if (!rows) return tl::unexpected(rows.error());
    for (const auto &row : *rows) own.names_.insert(row[0]);
  }
  return own;
}

// Names of entries are "TYPE schema.name", where the name may go on ("orders orders_pkey", "COLUMN orders.id") and a word may stand before it.
bool OwnRelations::has(const ContentEntry &entry) const {
  std::string_view rest = entry.name;
  for (const std::string_view kind : {"OWNER OF ", "TABLESPACE OF "})
    if (rest.substr(0, kind.size()) == kind) rest.remove_prefix(kind.size());
  for (const std::string &name : names_) {
    const auto dot = name.find('.');
    const std::string_view schema = std::string_view(name).substr(0, dot);
    const std::string_view relation = std::string_view(name).substr(dot + 1);
    const auto at = rest.find(fmt::format(" {}.", schema));
    if (at == std::string_view::npos) continue;
    std::string_view tag = rest.substr(at + schema.size() + 2);
    for (const std::string_view word : {"TABLE ", "COLUMN ", "VIEW ", "SEQUENCE ", "INDEX "})
      if (tag.substr(0, word.size()) == word) {
        tag.remove_prefix(word.size());
        break;
      }
    if (tag.substr(0, relation.size()) != relation) continue;
    const std::string_view after = tag.substr(relation.size());
    if (after.empty() || after.front() == ' ' || after.front() == '.') return true;
  }
  return false;
}

} // namespace migrator::database::postgresql
