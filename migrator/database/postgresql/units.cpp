// Units and bare sections of PostgresqlDatabase: what is sent before and after the user's statements. A unit costs one round trip at each end.
// Must keep this order: reset, settings, second key, version table, heads; and reset, settings, bookkeeping, COMMIT.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "migrator/database/postgresql/postgresql_database.h"

namespace migrator::database::postgresql {

namespace {

// Undoes what the user's SQL did to the session. Inside a transaction it is undone with it.
constexpr std::string_view kResetSession = "CLOSE ALL; RESET ALL; RESET SESSION AUTHORIZATION; RESET ROLE; DISCARD TEMP; ";
constexpr int kFirstWithTransactionTimeout = 170000;
constexpr int kRollbackAttempts = 3; // a request to cancel that comes late may hit the ROLLBACK

} // namespace

// Our own settings, by `set`: "SET LOCAL" or "SET".
std::string PostgresqlDatabase::settings_sql(std::string_view set, const UnitSettings &settings) const {
  std::string sql = fmt::format("{0} standard_conforming_strings = on; {0} lock_timeout = {1}; {0} statement_timeout = {2}; "
                                "{0} idle_in_transaction_session_timeout = 0; {0} client_encoding = 'UTF8'; ",
                                set, settings.lock_timeout.count(), settings.statement_timeout.count());
  if (checks_interval_.value_or(false)) sql += fmt::format("{} client_connection_check_interval = 1000; ", set);
  if (session_->server_version() >= kFirstWithTransactionTimeout) sql += fmt::format("{} transaction_timeout = 0; ", set);
  return sql;
}

Error PostgresqlDatabase::worker_busy() {
  Error error;
  error.code = ErrorCode::LockBusy;
  error.message = "a session of an earlier run still works on this history: run the command again, it will be ended first";
  return error;
}

// Opens a transaction with `opening`, takes second key and version table, gives the heads. `closing` is run last. A version table that is not
// there yet cannot be locked and has no heads; then the second key alone keeps others out.
Result<std::vector<std::string>> PostgresqlDatabase::take_fence(const std::string &opening, const std::string &closing) {
  constexpr std::string_view kNoSuchTable = "42P01";
  const std::string version_table = history_.qualified(history_.table);
  const std::string take_key = fmt::format("{}SELECT pg_catalog.pg_try_advisory_xact_lock({})", opening, keys_.worker);
  auto replies = session_->batch(fmt::format("{0}; LOCK TABLE {1} IN SHARE ROW EXCLUSIVE MODE; SELECT version_num FROM {1}{2}",
                                             take_key, version_table, closing));
  if (!replies && replies.error().complaint.sqlstate == kNoSuchTable) {
    rollback_unit();
    replies = session_->batch(fmt::format("{}; SELECT NULL AS version_num WHERE false{}", take_key, closing));
  }
  if (!replies) {
    rollback_unit();
    return fail(refused(replies.error().complaint, fmt::format("opening a transaction behind {}", version_table)));
  }
  in_unit_ = true;
  const auto answers_to = [&replies](const char *column) {
    return std::find_if(replies->begin(), replies->end(),
                        [column](const Reply &reply) { return reply.rows.columns == std::vector<std::string>{column}; });
  };
  const auto key = answers_to("pg_try_advisory_xact_lock");
  const auto rows = answers_to("version_num");
  if (key == replies->end() || rows == replies->end()) {
    rollback_unit();
    return fail(ErrorCode::Internal, "the server's answers to the opening of a transaction are not all there");
  }
  if (key->rows.rows.at(0).at(0) != "1") {
    rollback_unit();
    return fail(worker_busy());
  }
  std::vector<std::string> heads;
  for (const auto &row : rows->rows.rows) heads.push_back(row.at(0).value_or(""));
  std::sort(heads.begin(), heads.end());
  return heads;
}

// The role that a transaction:false section has set for itself; "none" as a rule.
Result<std::string> PostgresqlDatabase::section_role() {
  const auto role = session_->query("SELECT pg_catalog.current_setting('role')");
  if (!role) return fail(refused(role.error(), "asking for the session's role"));
  return role->rows.at(0).at(0).value_or("none");
}

Result<std::vector<std::string>> PostgresqlDatabase::begin_unit(const UnitSettings &settings) {
  if (in_unit_) return fail(ErrorCode::Internal, "a unit was opened inside another");
  if (lock_.held()) {
    if (auto still_held = lock_.verify(); !still_held) return tl::unexpected(still_held.error());
  }
  if (!in_bare_) learn_check_interval();
  unit_settings_ = settings;
  const std::string begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; ";
  if (!in_bare_) return take_fence(begin + std::string(kResetSession) + settings_sql("SET LOCAL", settings), "");
  // A transaction:false section keeps its own settings from statement to statement; only the fence is taken as ourselves.
  const auto role = section_role();
  if (!role) return tl::unexpected(role.error());
  const std::string back = *role == "none" ? "" : "; SET LOCAL ROLE " + quote_identifier(*role);
  return take_fence(begin + "SET LOCAL ROLE NONE; ", back);
}

Status PostgresqlDatabase::finish_unit(std::string_view bookkeeping) {
  if (!in_unit_) return fail(ErrorCode::Internal, "a unit was finished that was not open");
  const auto gone = [this](const Complaint &complaint) {
    rollback_unit();
    return fail(refused(complaint, "ending the transaction"));
  };
  if (session_->has_unread_input()) {
    if (const auto alive = session_->query("SELECT 1"); !alive) return gone(alive.error());
  }
  UnitSettings ours = unit_settings_;
  ours.statement_timeout = std::chrono::milliseconds(0);
  std::string sql = "SET CONSTRAINTS ALL IMMEDIATE; " + (in_bare_ ? "SET LOCAL ROLE NONE; " : std::string(kResetSession)) +
                    settings_sql("SET LOCAL", ours);
  if (!session_->reads_text_as_written()) {
    if (const auto reset = session_->batch(sql); !reset) return gone(reset.error().complaint);
    sql.clear();
  }
  const auto replies = session_->batch(fmt::format("{}{}\n; COMMIT", sql, bookkeeping));
  if (!replies) {
    const Complaint &complaint = replies.error().complaint;
    if (!complaint.lost) return gone(complaint);
    in_unit_ = false;
    Error error = own_error(complaint, "COMMIT");
    error.code = ErrorCode::CommitUnknown;
    error.message =
        fmt::format("the connection was lost during COMMIT ({}): whether the step is committed is not known yet; run `migrator "
                    "status` when the server is back",
                    complaint.primary);
    return fail(std::move(error));
  }
  in_unit_ = false;
  if (replies->empty() || replies->back().tag != "COMMIT") {
    return fail(ErrorCode::SqlError,
                "the server rolled the transaction back instead of committing it: look into its log, then run the same "
                "command again");
  }
  return {};
}

void PostgresqlDatabase::rollback_unit() noexcept {
  roll_back();
  session_->forget_answered_interrupt();
}

void PostgresqlDatabase::roll_back() noexcept {
  in_unit_ = false;
  try {
    for (int attempt = 0; attempt < kRollbackAttempts; ++attempt) {
      const auto state = session_->state();
      if (state == TransactionState::Idle || state == TransactionState::Lost) return;
      static_cast<void>(session_->query("ROLLBACK"));
    }
  } catch (...) {
    return; // no memory for the answer; the server rolls back when the connection ends
  }
}

Status PostgresqlDatabase::begin_bare(const UnitSettings &settings) {
  if (in_unit_) return fail(ErrorCode::Internal, "a transaction:false section was opened inside a unit");
  if (in_bare_) end_bare();
  if (lock_.held()) {
    if (auto still_held = lock_.verify(); !still_held) return still_held;
  }
  if (auto direct = require_direct_connection(); !direct) return direct;
  learn_check_interval();
  const auto replies = session_->batch(
      fmt::format("{}{}SELECT pg_catalog.pg_try_advisory_lock({})", kResetSession, settings_sql("SET", settings), keys_.worker));
  if (!replies) {
    session_->forget_answered_interrupt();
    return fail(refused(replies.error().complaint, "preparing statements outside a transaction"));
  }
  if (replies->back().rows.rows.at(0).at(0) != "1") return fail(worker_busy());
  in_bare_ = true;
  unit_settings_ = settings;
  return {};
}

void PostgresqlDatabase::end_bare() noexcept {
  rollback_unit();
  if (!in_bare_) return;
  in_bare_ = false;
  try {
    static_cast<void>(session_->query(kResetSession));
    static_cast<void>(session_->query(fmt::format("SELECT pg_catalog.pg_advisory_unlock({})", keys_.worker)));
  } catch (...) {
    return; // no memory for the answer; the key goes with the connection
  }
}

} // namespace migrator::database::postgresql
