// The connection behind connection.h. It waits for locks in short sleeps of its own, so that lock_timeout, statement_timeout and an
// interruption all end the wait, which sqlite3_busy_timeout() would not allow. Makes no decisions about what is run.
#include "migrator/database/sqlite/connection.h"

#include <algorithm>
#include <array>
#include <thread>

#include "migrator/database/sqlite/errors.h"
#include "migrator/database/sqlite/tokens.h"

namespace migrator::database::sqlite {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kOpsBetweenChecks = 2000; // virtual machine steps, some microseconds

// Short at first, for most locks are held for a moment only.
constexpr std::array<std::chrono::milliseconds, 6> kWaits{std::chrono::milliseconds{1},  std::chrono::milliseconds{2},
                                                          std::chrono::milliseconds{5},  std::chrono::milliseconds{10},
                                                          std::chrono::milliseconds{20}, std::chrono::milliseconds{25}};

std::optional<std::string> cell(sqlite3_stmt *statement, int column) {
  if (sqlite3_column_type(statement, column) == SQLITE_NULL) return std::nullopt;
  const auto *text = reinterpret_cast<const char *>(sqlite3_column_text(statement, column));
  const int bytes = sqlite3_column_bytes(statement, column);
  return text == nullptr ? std::string() : std::string(text, static_cast<std::size_t>(bytes));
}

std::int64_t changed_rows(sqlite3 *db, sqlite3_stmt *statement) {
  if (sqlite3_stmt_readonly(statement) != 0) return 0;
  const char *sql = sqlite3_sql(statement);
  const Token first = Scanner(sql == nullptr ? "" : sql).next();
  for (const std::string_view verb : {"INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"})
    if (is_keyword(first, verb)) return sqlite3_changes64(db);
  return 0; // sqlite3_changes64() is still that of an earlier statement
}

} // namespace

Result<std::unique_ptr<Connection>> Connection::open(const std::string &filename, const std::string &shown_path, int flags) {
  sqlite3 *db = nullptr;
  const int code = sqlite3_open_v2(filename.c_str(), &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  if (db == nullptr) return fail(ErrorCode::Internal, "SQLite has no memory left to open a connection");
  std::unique_ptr<Connection> connection(new Connection(db, shown_path));
  if (code != SQLITE_OK) return fail(connection->failure(code, 0));
  connection->install_handlers();
  return connection;
}

Connection::~Connection() {
  sqlite3_close_v2(db_);
}

void Connection::install_handlers() noexcept {
  sqlite3_busy_handler(db_, &Connection::on_busy, this);
  sqlite3_progress_handler(db_, kOpsBetweenChecks, &Connection::on_progress, this);
}

void Connection::start_deadline(std::chrono::milliseconds timeout) noexcept {
  statement_timeout_ = timeout;
  deadline_ = timeout.count() > 0 ? std::optional(Clock::now() + timeout) : std::nullopt;
}

void Connection::interrupt() noexcept {
  interrupted_ = true;
  sqlite3_interrupt(db_);
}

bool Connection::must_stop() const noexcept {
  return (heeding_ && interrupted_) || (deadline_ && Clock::now() >= *deadline_) || (stop_ && stop_());
}

int Connection::on_progress(void *self) {
  return static_cast<Connection *>(self)->must_stop() ? 1 : 0;
}

int Connection::on_busy(void *self, int count) {
  return static_cast<Connection *>(self)->wait_for_lock(count) ? 1 : 0;
}

bool Connection::wait_for_lock(int count) {
  if (count == 0) waiting_since_ = Clock::now();
  if (interrupted_ || must_stop()) return false;
  auto wait = std::min(kWaits[std::min(static_cast<std::size_t>(count), kWaits.size() - 1)], longest_pause_);
  if (lock_timeout_.count() > 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(waiting_since_ + lock_timeout_ - Clock::now());
    if (left.count() <= 0) return false;
    wait = std::min(wait, left);
  }
  std::this_thread::sleep_for(wait);
  return true;
}

Status Connection::check_interrupt() const {
  if (!heeding_ || !interrupted_) return {};
  return fail(error_of(SQLITE_INTERRUPT, {}));
}

Error Connection::failure(int code, int first_line) const {
  const int extended = sqlite3_extended_errcode(db_);
  const int known = (extended & 0xff) == (code & 0xff) ? extended : code;
  const int primary = code & 0xff;
  if (primary == SQLITE_INTERRUPT || primary == SQLITE_BUSY) {
    const bool asked = interrupted_ && (heeding_ || primary == SQLITE_BUSY);
    if (asked || (stop_ && stop_())) return error_of(SQLITE_INTERRUPT, {});
    if (deadline_ && Clock::now() >= *deadline_) {
      Error error;
      error.code = ErrorCode::SqlError;
      error.message = "the statement ran longer than statement_timeout (" + duration_text(statement_timeout_) +
                      ") and was stopped: raise it in the section, or do the work in smaller pieces";
      error.sqlstate = std::string(code_name(SQLITE_INTERRUPT));
      error.line = first_line;
      return error;
    }
  }
  FailureContext context;
  context.message = sqlite3_errmsg(db_);
  context.path = shown_path_;
  context.lock_timeout = lock_timeout_;
  context.lock_setting = lock_setting_;
  context.read_only_file = sqlite3_db_readonly(db_, "main") == 1;
  Error error = error_of(known, context);
  error.line = first_line;
  return error;
}

Result<Prepared> Connection::prepare(std::string_view sql, int first_line) {
  sqlite3_stmt *statement = nullptr;
  const char *tail = nullptr;
  const int code = sqlite3_prepare_v2(db_, sql.data(), static_cast<int>(sql.size()), &statement, &tail);
  if (code != SQLITE_OK) {
    Error error = failure(code, first_line);
    const int offset = sqlite3_error_offset(db_);
    if (first_line > 0 && offset > 0)
      error.line +=
          static_cast<int>(std::count(sql.begin(), sql.begin() + std::min<std::ptrdiff_t>(offset, std::ssize(sql)), '\n'));
    return fail(std::move(error));
  }
  Prepared prepared;
  prepared.statement.reset(statement);
  prepared.tail = sql.substr(static_cast<std::size_t>(tail - sql.data()));
  return prepared;
}

Result<bool> Connection::step(sqlite3_stmt *statement, int first_line) {
  const int code = sqlite3_step(statement);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail(failure(code, first_line));
}

Result<Rows> Connection::rows_of(sqlite3_stmt *statement, int first_line) {
  Rows rows;
  const int columns = sqlite3_column_count(statement);
  for (int column = 0; column < columns; ++column) {
    const char *name = sqlite3_column_name(statement, column);
    rows.columns.emplace_back(name == nullptr ? "" : name);
  }
  for (auto more = step(statement, first_line);; more = step(statement, first_line)) {
    if (!more) return fail(more.error());
    if (!*more) break;
    auto &row = rows.rows.emplace_back();
    row.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) row.push_back(cell(statement, column));
  }
  rows.affected = changed_rows(db_, statement);
  return rows;
}

Result<std::int64_t> Connection::finish(sqlite3_stmt *statement, int first_line) {
  for (auto more = step(statement, first_line);; more = step(statement, first_line)) {
    if (!more) return fail(more.error());
    if (!*more) return changed_rows(db_, statement);
  }
}

Result<Rows> Connection::query(std::string_view sql) {
  Rows last;
  while (!sql.empty()) {
    auto prepared = prepare(sql);
    if (!prepared) return fail(prepared.error());
    sql = prepared->tail;
    if (!prepared->statement) continue;
    auto rows = rows_of(prepared->statement.get());
    if (!rows) return rows;
    last = std::move(*rows);
  }
  return last;
}

Status Connection::execute(std::string_view sql) {
  const auto rows = query(sql);
  if (!rows) return fail(rows.error());
  return {};
}

Result<Rows> Connection::query_with(std::string_view sql, const std::vector<std::string> &parameters) {
  auto prepared = prepare(sql);
  if (!prepared) return fail(prepared.error());
  int index = 0;
  for (const std::string &parameter : parameters)
    if (sqlite3_bind_text64(prepared->statement.get(), ++index, parameter.data(), parameter.size(), SQLITE_STATIC, SQLITE_UTF8) !=
        SQLITE_OK)
      return fail(ErrorCode::Internal, "a parameter of our own SQL could not be bound");
  return rows_of(prepared->statement.get());
}

} // namespace migrator::database::sqlite
