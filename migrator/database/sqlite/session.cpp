// The resetting behind session.h, SQLite's counterpart of RESET ALL and DISCARD TEMP. Settings are read only when a section has a
// PRAGMA, since every unit passes through here and most have none.
#include "migrator/database/sqlite/session.h"

#include <string_view>

#include "migrator/database/sqlite/tokens.h"

namespace migrator::database::sqlite {

namespace {

// The connection's own settings. What lives in the file (journal_mode, user_version, auto_vacuum …) is the user's to change;
// defer_foreign_keys ends with its transaction, and to end it earlier would forget the violations that it defers.
constexpr std::string_view kSettings[] = {"analysis_limit",
                                          "automatic_index",
                                          "cache_size",
                                          "cache_spill",
                                          "cell_size_check",
                                          "checkpoint_fullfsync",
                                          "foreign_keys",
                                          "full_column_names",
                                          "fullfsync",
                                          "ignore_check_constraints",
                                          "journal_size_limit",
                                          "legacy_alter_table",
                                          "locking_mode",
                                          "max_page_count",
                                          "mmap_size",
                                          "query_only",
                                          "read_uncommitted",
                                          "recursive_triggers",
                                          "reverse_unordered_selects",
                                          "secure_delete",
                                          "short_column_names",
                                          "synchronous",
                                          "temp_store",
                                          "threads",
                                          "trusted_schema",
                                          "wal_autocheckpoint",
                                          "writable_schema"};

bool may_change_session(const std::string &sql) {
  for (const Token &token : leading_tokens(sql, 4)) {
    if (is_keyword(token, "PRAGMA") || is_keyword(token, "ATTACH")) return true;
    if (!is_keyword(token, "EXPLAIN") && !is_keyword(token, "QUERY") && !is_keyword(token, "PLAN")) return false;
  }
  return false;
}

// The value of a one-cell answer; nullopt: no rows, as for a setting that this SQLite does not have.
Result<std::optional<std::string>> one_cell(Connection &connection, std::string_view sql) {
  const auto rows = connection.query(sql);
  if (!rows) return fail(rows.error());
  if (rows->rows.empty() || rows->rows.front().empty()) return std::optional<std::string>();
  return rows->rows.front().front();
}

} // namespace

Status Session::before(const std::string &sql) {
  used_ = true;
  if (!settings_.empty() || !may_change_session(sql)) return {};
  return remember();
}

Status Session::remember() {
  std::vector<std::pair<std::string, std::string>> settings;
  for (const std::string_view name : kSettings) {
    const auto value = one_cell(connection_, "PRAGMA main." + std::string(name));
    if (!value) return fail(value.error());
    if (*value) settings.emplace_back(name, **value);
  }
  const auto like = one_cell(connection_, "SELECT 'a' LIKE 'A'");
  if (!like) return fail(like.error());
  like_ignores_case_ = *like == "1";
  settings_ = std::move(settings);
  return {};
}

Status Session::reset() {
  if (!used_) return {};
  if (touched()) // first, for PRAGMA query_only would keep the rest from being dropped
    if (auto done = restore_settings(); !done) return done;
  if (auto done = drop_temporary(); !done) return done;
  if (touched()) {
    if (connection_.in_transaction()) return {};
    if (auto done = detach_databases(); !done) return done;
    settings_.clear();
  }
  used_ = false;
  return {};
}

Status Session::restore_settings() {
  connection_.install_handlers(); // PRAGMA busy_timeout replaces ours
  for (const auto &[name, wanted] : settings_) {
    const auto found = one_cell(connection_, "PRAGMA main." + name);
    if (!found) return fail(found.error());
    if (*found == wanted) continue;
    const bool schema_again = name == "writable_schema" && wanted == "0"; // RESET also reads the edited schema again
    if (auto done = connection_.execute("PRAGMA main." + name + "=" + (schema_again ? "RESET" : wanted)); !done) {
      // Some cannot be changed inside a transaction, so a statement there has not changed them either.
      if (!connection_.in_transaction()) return done;
    }
  }
  const auto like = one_cell(connection_, "SELECT 'a' LIKE 'A'");
  if (!like) return fail(like.error());
  if ((*like == "1") == like_ignores_case_) return {};
  return connection_.execute(like_ignores_case_ ? "PRAGMA case_sensitive_like=OFF" : "PRAGMA case_sensitive_like=ON");
}

Status Session::drop_temporary() {
  // Virtual tables first, for they take their shadow tables with them.
  const auto found = connection_.query("SELECT type, name FROM temp.sqlite_schema WHERE type IN ('table', 'view', 'trigger') AND "
                                       "substr(name, 1, 7) <> 'sqlite_' ORDER BY sql NOT LIKE 'CREATE VIRTUAL%'");
  if (!found) return fail(found.error());
  for (const auto &row : found->rows) {
    const std::string drop = "DROP " + row[0].value_or("") + " IF EXISTS temp." + in_double_quotes(row[1].value_or(""));
    if (auto done = connection_.execute(drop); !done) return done;
  }
  return {};
}

Status Session::detach_databases() {
  const auto found = connection_.query("SELECT name FROM pragma_database_list WHERE name NOT IN ('main', 'temp')");
  if (!found) return fail(found.error());
  for (const auto &row : found->rows)
    if (auto done = connection_.execute("DETACH " + in_double_quotes(row[0].value_or(""))); !done) return done;
  return {};
}

void Session::enforce_foreign_keys(bool on) noexcept {
  sqlite3_db_config(connection_.handle(), SQLITE_DBCONFIG_ENABLE_FKEY, on ? 1 : 0, nullptr);
}

} // namespace migrator::database::sqlite
