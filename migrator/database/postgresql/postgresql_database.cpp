// Opening, reading, rights and the lock; units and the user's statements are in units.cpp and statements.cpp.
#include "migrator/database/postgresql/postgresql_database.h"

#include <algorithm>
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

std::string PostgresqlDatabase::relations_sql(const std::set<std::string, std::less<>> &names) const {
  std::vector<std::string> quoted;
  for (const std::string &name : names) quoted.push_back(quote_literal(name));
  return fmt::format("SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE "
                     "n.nspname = {} AND "
                     "c.relname IN ({}) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
                     quote_literal(history_.schema), fmt::join(quoted, ", "));
}

Result<bool> PostgresqlDatabase::has_relation(std::string_view name) {
  const auto rows = session_->query(relations_sql({std::string(name)}));
  if (!rows) return fail(refused(rows.error(), "looking for the history's tables"));
  return !rows->rows.empty();
}

// What was there when last looked for is there as a rule: then one round trip does. What was not may have been made since.
Result<std::vector<std::optional<Rows>>> PostgresqlDatabase::read(const std::vector<HistoryQuery> &queries) {
  constexpr std::string_view kNoSuchTable = "42P01";
  const std::string begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ";
  std::set<std::string, std::less<>> names;
  for (const HistoryQuery &query : queries) names.insert(query.stands_on.begin(), query.stands_on.end());
  if (std::includes(seen_.begin(), seen_.end(), names.begin(), names.end())) {
    auto answers = read_what_is_there(begin, queries);
    if (answers) return std::move(*answers);
    if (answers.error().sqlstate != kNoSuchTable) return fail(refused(answers.error(), "reading or writing the history"));
  }
  const auto begun = session_->query(begin + relations_sql(names));
  if (!begun) {
    roll_back();
    return fail(refused(begun.error(), "beginning to read"));
  }
  for (const std::string &name : names) seen_.erase(name);
  for (const auto &row : begun->rows) seen_.insert(row.at(0).value_or(""));
  auto answers = read_what_is_there("", queries);
  if (!answers) return fail(refused(answers.error(), "reading or writing the history"));
  return std::move(*answers);
}

// The queries that stand on what was seen, after `opening`, and the end of the transaction.
Answer<std::vector<std::optional<Rows>>> PostgresqlDatabase::read_what_is_there(const std::string &opening,
                                                                                const std::vector<HistoryQuery> &queries) {
  std::string sql = opening;
  std::vector<std::optional<Rows>> answers;
  std::vector<std::size_t> asked;
  for (const HistoryQuery &query : queries) {
    const bool all = std::all_of(query.stands_on.begin(), query.stands_on.end(),
                                 [this](const std::string &name) { return seen_.count(name) > 0; });
    if (all) {
      sql += query.sql + "; ";
      asked.push_back(answers.size());
    }
    answers.emplace_back();
  }
  auto replies = session_->replies(sql + "ROLLBACK");
  if (!replies) {
    roll_back();
    return tl::unexpected(replies.error());
  }
  const std::size_t first = opening.empty() ? 0 : 1;
  for (std::size_t i = 0; i < asked.size(); ++i) answers[asked[i]] = std::move(replies->at(first + i).rows);
  return answers;
}

Status PostgresqlDatabase::preflight() {
  auto relations = check_rights(*session_, history_);
  if (!relations) return fail(relations.error());
  seen_.insert(relations->begin(), relations->end());
  return {};
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
