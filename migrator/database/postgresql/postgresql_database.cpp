// Opening, reading, rights and the lock; units and the user's statements are in units.cpp and statements.cpp.
#include "migrator/database/postgresql/postgresql_database.h"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "migrator/database/postgresql/batch_key.h"
#include "migrator/database/postgresql/history_rights.h"

namespace migrator::database::postgresql {

namespace {

constexpr std::size_t kLongestName = 63; // bytes; PostgreSQL would cut a longer one without a word
constexpr std::size_t kLongestTable = kLongestName - std::string_view("_revisions").size();
constexpr int kFirstWithCheckInterval = 140000;

} // namespace

PostgresqlDatabase::PostgresqlDatabase(std::unique_ptr<Session> session, History history, ConnectionSettings settings,
                                       const OpenOptions &options)
    : session_(std::move(session)), history_(std::move(history)), keys_(advisory_keys(history_.schema, history_.table)),
      settings_(std::move(settings)), lock_(settings_, keys_, holder_mark(options.who, options.run_id)),
      backups_(*session_, settings_, history_, keys_, lock_, options.run_id), schema_reader_(*session_, history_) {
  server_.product = "PostgreSQL";
  server_.version = session_->server_version_text();
  server_.version_number = session_->server_version();
  server_.database = session_->database();
  server_.user = session_->user();
  if (!options.read_only) lock_.connect_ahead();
}

Result<std::unique_ptr<Database>> PostgresqlDatabase::open(const DatabaseUrl &url, const OpenOptions &options) {
  return connect(options.direct_url ? *options.direct_url : url, "", options);
}

// `database` instead of the URL's, if it is not empty.
Result<std::unique_ptr<PostgresqlDatabase>> PostgresqlDatabase::connect(const DatabaseUrl &url, const std::string &database,
                                                                        const OpenOptions &options) {
  History history{options.history.schema.empty() ? "public" : options.history.schema, options.history.table};
  if (history.schema.size() > kLongestName) {
    return fail(ErrorCode::InvalidConfiguration,
                fmt::format("version_schema is longer than PostgreSQL's {} bytes: choose a shorter one", kLongestName));
  }
  if (history.table.empty() || history.table.size() > kLongestTable) {
    return fail(
        ErrorCode::InvalidConfiguration,
        fmt::format("version_table must have 1 to {} bytes, for other names are made from it: choose another", kLongestTable));
  }
  const std::string application = options.who.empty() ? "migrator" : "migrator " + options.who;
  auto settings = connection_settings(url, application);
  if (!settings) return tl::unexpected(settings.error());
  if (!database.empty()) settings->parameters.emplace_back("dbname", database);
  auto session = Session::connect(*settings);
  if (!session) return tl::unexpected(session.error());
  return std::unique_ptr<PostgresqlDatabase>(
      new PostgresqlDatabase(std::move(*session), std::move(history), std::move(*settings), options));
}

// A complaint about our own SQL; a right that is missing comes with the GRANT.
Error PostgresqlDatabase::refused(const Complaint &complaint, std::string_view doing) const {
  Error error = own_error(complaint, doing);
  if (error.code == ErrorCode::NoPermission) {
    error.message += "; as the owner, run " + grant_advice(history_, server_.user, complaint.primary);
  }
  return error;
}

Result<Rows> PostgresqlDatabase::query(std::string_view sql) {
  auto rows = session_->query(sql);
  if (!rows) return fail(refused(rows.error(), "reading or writing the history"));
  return std::move(*rows);
}

std::string PostgresqlDatabase::relations_sql(const std::vector<std::string> &names) const {
  std::vector<std::string> quoted;
  for (const std::string &name : names) quoted.push_back(quote_literal(name));
  return fmt::format("SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE "
                     "n.nspname = {} AND "
                     "c.relname IN ({}) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
                     quote_literal(history_.schema), fmt::join(quoted, ", "));
}

Result<bool> PostgresqlDatabase::has_relation(std::string_view name) {
  if (const auto seen = seen_.find(name); seen != seen_.end()) return seen->second;
  const auto rows = session_->query(relations_sql({std::string(name)}));
  if (!rows) return fail(refused(rows.error(), "looking for the history's tables"));
  return !rows->rows.empty();
}

Status PostgresqlDatabase::begin_read() {
  const std::vector<std::string> names = {history_.table, history_.journal()};
  const auto begun = session_->query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; " + relations_sql(names));
  if (!begun) {
    roll_back();
    return fail(refused(begun.error(), "beginning to read"));
  }
  for (const std::string &name : names) seen_[name] = false;
  for (const auto &row : begun->rows) seen_[row.at(0).value_or("")] = true;
  return {};
}

void PostgresqlDatabase::end_read() noexcept {
  seen_.clear();
  roll_back();
}

Status PostgresqlDatabase::preflight() {
  return check_rights(*session_, history_);
}

Status PostgresqlDatabase::require_direct_connection() {
  const auto pid = session_->query("SELECT pg_catalog.pg_backend_pid()::text");
  if (!pid) return fail(refused(pid.error(), "asking which session serves us"));
  if (pid->rows.at(0).at(0) == std::to_string(session_->announced_backend())) return {};
  return fail(ErrorCode::InvalidConfiguration, "a connection pooler stands between us and PostgreSQL, where statements outside a "
                                               "transaction are not safe: set direct_url to "
                                               "the server's own address");
}

Result<std::vector<std::string>> PostgresqlDatabase::secure_history(const std::vector<std::string> &grant_read) {
  return secure(*session_, history_, grant_read);
}

Result<BatchKey> PostgresqlDatabase::batch_key(const std::string &table, const std::string &key) {
  return read_batch_key(*session_, table, key);
}

Result<LockAttempt> PostgresqlDatabase::try_lock() {
  const auto acquired = lock_.try_acquire();
  if (!acquired) return tl::unexpected(acquired.error());
  LockAttempt attempt;
  attempt.acquired = *acquired;
  if (attempt.acquired) return attempt;
  auto holder = find_lock_holder(*session_, keys_);
  if (!holder) return tl::unexpected(holder.error());
  attempt.holder = std::move(*holder);
  return attempt;
}

Result<LockAttempt> PostgresqlDatabase::try_widen_lock() {
  const auto acquired = lock_.try_widen();
  if (!acquired) return tl::unexpected(acquired.error());
  LockAttempt attempt;
  attempt.acquired = *acquired;
  if (attempt.acquired) return attempt;
  auto holder = find_other_run(*session_, keys_);
  if (!holder) return tl::unexpected(holder.error());
  attempt.holder = std::move(*holder);
  return attempt;
}

void PostgresqlDatabase::interrupt() noexcept {
  session_->request_interrupt();
}

// The server notices that its client has died while a statement runs only if this is set; some systems cannot.
void PostgresqlDatabase::learn_check_interval() {
  if (checks_interval_) return;
  checks_interval_ = false;
  if (session_->server_version() < kFirstWithCheckInterval) return;
  checks_interval_ = session_->query("BEGIN; SET LOCAL client_connection_check_interval = 1000; ROLLBACK").has_value();
  if (!*checks_interval_) static_cast<void>(session_->query("ROLLBACK"));
}

void PostgresqlDatabase::release_lock() noexcept {
  lock_.release();
}

Result<std::optional<LockHolder>> PostgresqlDatabase::lock_holder() {
  return find_lock_holder(*session_, keys_);
}

Result<std::vector<LockHolder>> PostgresqlDatabase::end_stale_workers() {
  return end_holders(*session_, keys_.worker);
}

} // namespace migrator::database::postgresql
