// Units and statements behind database.h. Every path out of a unit that is not finish_unit()'s success ends in ROLLBACK, and the
// transaction's state is looked at after each statement of a user's, for a COMMIT among them would end our transaction in silence.
#include "migrator/database/sqlite/database.h"

#include <algorithm>
#include <utility>

#include "migrator/database/sqlite/batch_key.h"
#include "migrator/database/sqlite/location.h"
#include "migrator/database/sqlite/tokens.h"

namespace migrator::database::sqlite {

namespace {

std::string lock_path(const std::string &real_path) {
  return real_path.empty() ? std::string() : LockFile::path_beside(real_path);
}

Status bind(sqlite3_stmt *statement, const std::vector<Value> &parameters, int line) {
  const int wanted = sqlite3_bind_parameter_count(statement);
  if (wanted > static_cast<int>(parameters.size())) {
    const char *name = sqlite3_bind_parameter_name(statement, wanted);
    Error error;
    error.code = ErrorCode::SqlError;
    error.message = std::string("the statement has a parameter, ") + (name == nullptr ? "?" : name) +
                    ", that nothing gives a value: write the value itself, or quote the text that holds it";
    error.sqlstate = "SQLITE_RANGE";
    error.line = line;
    return fail(std::move(error));
  }
  for (int index = 1; index <= wanted; ++index) {
    const Value &value = parameters[static_cast<std::size_t>(index) - 1];
    int code = SQLITE_OK;
    if (const auto *number = std::get_if<std::int64_t>(&value))
      code = sqlite3_bind_int64(statement, index, *number);
    else if (const auto *text = std::get_if<std::string>(&value))
      code = sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
    else
      code = sqlite3_bind_null(statement, index);
    if (code != SQLITE_OK) return fail(ErrorCode::Internal, "a statement's parameter could not be bound");
  }
  return {};
}

bool only_blanks(std::string_view sql) {
  Scanner scanner(sql);
  Token token = scanner.next();
  while (token.kind == TokenKind::Semicolon) token = scanner.next();
  return token.kind == TokenKind::End;
}

bool may_read_only(const std::string &sql) {
  const Token first = Scanner(sql).next();
  return is_keyword(first, "SELECT") || is_keyword(first, "WITH") || is_keyword(first, "VALUES");
}

tl::unexpected<Error> several_statements() {
  return fail(ErrorCode::Internal, "more than one statement was given where one belongs");
}

} // namespace

SqliteDatabase::SqliteDatabase(std::unique_ptr<Connection> connection, const DatabaseUrl &url, OpenOptions options)
    : options_(std::move(options)), real_path_(url.path == kInMemory ? std::string() : resolved(url.path)),
      connection_(std::move(connection)), session_(*connection_), backups_(*connection_, real_path_),
      schema_reader_(*connection_, options_.history), lock_(lock_path(real_path_)) {
  server_.product = "SQLite";
  server_.version = sqlite3_libversion();
  server_.version_number = sqlite3_libversion_number();
  server_.database = url.path;
  leave_unit_settings();
}

SqliteDatabase::~SqliteDatabase() {
  roll_back();
}

Result<Rows> SqliteDatabase::query(std::string_view sql) {
  return connection_->query(sql);
}

Result<bool> SqliteDatabase::has_relation(std::string_view name) {
  // SQLite knows its tables by name; its schema table has no index, and a scan of it in each unit would make long histories slow.
  if (connection_->execute("SELECT 1 FROM " + qualified(name) + " LIMIT 0")) return true;
  const auto rows = connection_->query_with(
      "SELECT 1 FROM main.sqlite_schema WHERE type IN ('table', 'view') AND name = ?1 COLLATE NOCASE", {std::string(name)});
  if (!rows) return fail(rows.error());
  return !rows->rows.empty();
}

std::string SqliteDatabase::qualified(std::string_view name) const {
  return "\"main\"." + in_double_quotes(name);
}

Result<std::vector<std::optional<Rows>>> SqliteDatabase::read(const std::vector<HistoryQuery> &queries) {
  if (connection_->in_transaction()) return fail(ErrorCode::Internal, "a snapshot was asked for inside a transaction");
  // The snapshot is that of the first read.
  if (Status begun = connection_->execute("BEGIN; SELECT 1 FROM main.sqlite_schema LIMIT 1"); !begun) return fail(begun.error());
  auto answers = read_in_snapshot(queries);
  roll_back();
  return answers;
}

Result<std::vector<std::optional<Rows>>> SqliteDatabase::read_in_snapshot(const std::vector<HistoryQuery> &queries) {
  std::vector<std::optional<Rows>> answers;
  for (const HistoryQuery &query : queries) {
    bool all = true;
    for (const std::string &name : query.stands_on) {
      const auto there = has_relation(name);
      if (!there) return fail(there.error());
      all = all && *there;
    }
    answers.emplace_back();
    if (!all) continue;
    auto rows = connection_->query(query.sql);
    if (!rows) return fail(rows.error());
    answers.back() = std::move(*rows);
  }
  return answers;
}

// SQLite falls back to reading when it may not write, and even BEGIN IMMEDIATE then succeeds.
Status SqliteDatabase::require_writable() const {
  if (sqlite3_db_readonly(connection_->handle(), "main") != 0)
    return fail(ErrorCode::NotWritable, "SQLite could open the database " + connection_->shown_path() +
                                            " for reading only: give this user write rights on the file and its folder");
  return {};
}

Status SqliteDatabase::preflight() {
  if (options_.read_only) return fail(ErrorCode::Internal, "a database that was opened for reading is asked to be written");
  if (real_path_.empty()) return {};
  if (auto writable = check_writable(real_path_); !writable) return writable;
  return require_writable();
}

Result<std::vector<std::string>> SqliteDatabase::secure_history(const std::vector<std::string> &) {
  return std::vector<std::string>(); // SQLite knows no roles
}

Result<LockAttempt> SqliteDatabase::try_lock() {
  auto attempt = lock_.try_lock(options_.who, options_.run_id);
  if (attempt && attempt->acquired) backups_.remove_leftover();
  return attempt;
}

void SqliteDatabase::release_lock() noexcept {
  lock_.release();
}

Result<std::optional<LockHolder>> SqliteDatabase::lock_holder() {
  return lock_.holder();
}

// Reads outside of units wait as long as OpenOptions says.
void SqliteDatabase::leave_unit_settings() noexcept {
  connection_->set_lock_timeout(options_.lock_wait, "lock_wait");
}

// Makes the session as a unit or a bare stretch demands.
Status SqliteDatabase::start(const UnitSettings &settings) {
  if (connection_->in_transaction()) return fail(ErrorCode::Internal, "a unit was begun inside a transaction");
  connection_->heed_interrupts(true);
  if (auto done = connection_->check_interrupt(); !done) return done;
  connection_->set_lock_timeout(settings.lock_timeout);
  settings_ = settings;
  if (auto done = session_.reset(); !done) return done;
  session_.enforce_foreign_keys(settings.foreign_keys);
  return {};
}

Result<std::vector<std::string>> SqliteDatabase::read_heads() {
  std::vector<std::string> heads;
  const auto rows = connection_->query("SELECT version_num FROM " + qualified(options_.history.table));
  if (!rows) {
    const auto there = has_relation(options_.history.table);
    if (there && !*there) return heads; // a database that was never migrated
    return fail(rows.error());
  }
  for (const auto &row : rows->rows) heads.push_back(row.front().value_or(""));
  std::sort(heads.begin(), heads.end());
  return heads;
}

Result<std::vector<std::string>> SqliteDatabase::enter_unit(const UnitSettings &settings) {
  if (!bare_open_) {
    if (auto done = start(settings); !done) return fail(done.error());
  } else {
    connection_->set_lock_timeout(settings.lock_timeout);
    settings_ = settings;
  }
  if (auto done = require_writable(); !done) return fail(done.error());
  if (auto done = connection_->execute("BEGIN IMMEDIATE"); !done) return fail(done.error());
  if (settings.check_foreign_keys) {
    auto state = foreign_key_state(*connection_);
    if (!state) return fail(state.error());
    broken_before_ = std::move(*state);
    auto analyzed = statistics(*connection_);
    if (!analyzed) return fail(analyzed.error());
    statistics_before_ = std::move(*analyzed);
  }
  return read_heads();
}

Result<std::vector<std::string>> SqliteDatabase::begin_unit(const UnitSettings &settings) {
  if (unit_open_) return fail(ErrorCode::Internal, "a unit was begun inside a unit");
  unit_open_ = true;
  auto heads = enter_unit(settings);
  if (!heads) rollback_unit();
  return heads;
}

Status SqliteDatabase::check_foreign_keys() {
  const auto after = foreign_key_state(*connection_);
  if (!after) return fail(after.error());
  const std::string violations = describe(new_violations(broken_before_, *after));
  if (violations.empty()) return {};
  Error error;
  error.code = ErrorCode::SqlError;
  error.message = "the step breaks foreign keys: " + violations +
                  ". Mend the rows in the same section, or delete through the cascades with foreign_keys:on";
  error.sqlstate = "SQLITE_CONSTRAINT_FOREIGNKEY";
  return fail(std::move(error));
}

Status SqliteDatabase::commit(std::string_view bookkeeping) {
  if (!connection_->in_transaction())
    return fail(ErrorCode::Internal, "the unit's transaction had ended before it was to be committed");
  if (auto done = connection_->check_interrupt(); !done) return done;
  if (!bare_open_)
    if (auto done = session_.reset(); !done) return done;
  if (settings_.check_foreign_keys)
    if (auto done = check_foreign_keys(); !done) return done;
  if (auto done = renew_statistics(*connection_, statistics_before_); !done) return done;
  if (auto done = connection_->execute(bookkeeping); !done) return done;
  return connection_->execute("COMMIT");
}

Status SqliteDatabase::finish_unit(std::string_view bookkeeping) {
  if (!unit_open_) return fail(ErrorCode::Internal, "a unit was finished that had not been begun");
  auto done = commit(bookkeeping);
  rollback_unit(); // ends the unit; after a COMMIT there is nothing to roll back
  return done;
}

void SqliteDatabase::roll_back() noexcept {
  if (connection_->in_transaction()) sqlite3_exec(connection_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void SqliteDatabase::rollback_unit() noexcept {
  if (!unit_open_) return;
  unit_open_ = false;
  connection_->heed_interrupts(false); // a ROLLBACK must not be interrupted
  roll_back();
  broken_before_ = ForeignKeyState();
  statistics_before_ = Statistics();
  if (bare_open_) {
    connection_->heed_interrupts(true);
    return;
  }
  leave_unit_settings();
  connection_->forget_interrupt();
  if (session_.touched()) [[maybe_unused]]
    const auto done = session_.reset(); // a failure is told when the next unit begins
}

Status SqliteDatabase::begin_bare(const UnitSettings &settings) {
  if (unit_open_ || bare_open_) return fail(ErrorCode::Internal, "non-transactional work was begun inside a unit");
  bare_open_ = true;
  auto done = start(settings);
  if (!done) end_bare();
  return done;
}

void SqliteDatabase::end_bare() noexcept {
  if (!bare_open_) return;
  bare_open_ = false;
  connection_->heed_interrupts(false);
  connection_->forget_interrupt();
  roll_back();
  leave_unit_settings();
  // What cannot be reset now is reset, and its failure told, when the next unit begins.
  [[maybe_unused]] const auto done = session_.reset();
  session_.enforce_foreign_keys(false);
}

Status SqliteDatabase::check_transaction(bool was_open) {
  if (connection_->in_transaction() == was_open) return {};
  roll_back();
  if (was_open)
    return fail(ErrorCode::SqlError,
                "the statement ended the transaction that it ran in: remove COMMIT, ROLLBACK and what does the "
                "same, for migrator commits each unit itself");
  return fail(ErrorCode::SqlError,
              "the statement left a transaction open: remove BEGIN or SAVEPOINT, for migrator opens a transaction "
              "where one belongs");
}

Status SqliteDatabase::execute_user_sql(const Statement &statement, const std::vector<Value> &parameters,
                                        std::int64_t &affected) {
  auto prepared = connection_->prepare(statement.text, statement.line);
  if (!prepared) return fail(prepared.error());
  if (!only_blanks(prepared->tail)) return several_statements();
  sqlite3_stmt *handle = prepared->statement.get();
  if (handle == nullptr) return {};
  if (auto bound = bind(handle, parameters, statement.line); !bound) return bound;
  const auto changed = connection_->finish(handle, statement.line);
  if (!changed) return fail(changed.error());
  affected = *changed;
  return {};
}

Result<std::int64_t> SqliteDatabase::run(const Statement &statement, const std::vector<Value> &parameters) {
  if (auto done = connection_->check_interrupt(); !done) return fail(done.error());
  if (auto done = session_.before(statement.text); !done) return fail(done.error());
  const bool was_open = connection_->in_transaction();
  std::int64_t affected = 0;
  connection_->start_deadline(settings_.statement_timeout);
  auto done = execute_user_sql(statement, parameters, affected);
  connection_->stop_deadline();
  auto state = check_transaction(was_open);
  if (!done) return fail(done.error());
  if (!state) {
    state.error().line = statement.line;
    return fail(state.error());
  }
  return affected;
}

Result<Rows> SqliteDatabase::query_read_only(const Statement &statement) {
  if (auto done = connection_->check_interrupt(); !done) return fail(done.error());
  const auto refuse = [&statement] {
    auto refused = fail(ErrorCode::SqlError, "the query may change something: only a SELECT that reads is allowed here");
    refused.value().line = statement.line;
    return refused;
  };
  if (!may_read_only(statement.text)) return refuse();
  auto prepared = connection_->prepare(statement.text, statement.line);
  if (!prepared) return fail(prepared.error());
  if (!only_blanks(prepared->tail)) return several_statements();
  sqlite3_stmt *handle = prepared->statement.get();
  if (handle == nullptr || sqlite3_stmt_readonly(handle) == 0) return refuse();
  if (auto bound = bind(handle, {}, statement.line); !bound) return fail(bound.error());
  connection_->start_deadline(settings_.statement_timeout);
  auto rows = connection_->rows_of(handle, statement.line);
  connection_->stop_deadline();
  return rows;
}

Result<StatementOutcome> SqliteDatabase::probe(const Statement &) {
  return StatementOutcome::NotDone; // all that runs bare on SQLite may be run again (ProbeKind::Repeat)
}

Status SqliteDatabase::drop_invalid(const Statement &) {
  return fail(ErrorCode::Internal, "SQLite leaves no invalid index");
}

Result<BatchKey> SqliteDatabase::batch_key(const std::string &table, const std::string &key) {
  return find_batch_key(*connection_, table, key);
}

} // namespace migrator::database::sqlite
