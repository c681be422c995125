// RAII over one sqlite3* and its statements: running SQL, waiting for locks, deadlines and interruption. All of the adapter talks to
// SQLite through it; it knows nothing of units, histories or revisions. Not thread-safe, but for interrupt().
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sqlite3.h>

#include "migrator/database/database.h"
#include "migrator/error/error.h"

namespace migrator::database::sqlite {

struct StatementCloser {
  void operator()(sqlite3_stmt *statement) const noexcept { sqlite3_finalize(statement); }
};
using PreparedStatement = std::unique_ptr<sqlite3_stmt, StatementCloser>;

// A statement and what follows it in the text it came from. `statement` is null for blanks and comments alone.
struct Prepared {
  PreparedStatement statement;
  std::string_view tail;
};

class Connection {
public:
  static constexpr std::chrono::milliseconds kLongestPause{25};

  // `filename` is SQLite's, `shown_path` stands in messages. `flags` are sqlite3_open_v2's.
  static Result<std::unique_ptr<Connection>> open(const std::string &filename, const std::string &shown_path, int flags);
  ~Connection();
  Connection(const Connection &) = delete;
  Connection &operator=(const Connection &) = delete;

  sqlite3 *handle() const noexcept { return db_; }
  bool in_transaction() const noexcept { return sqlite3_get_autocommit(db_) == 0; }
  const std::string &shown_path() const noexcept { return shown_path_; }

  // How long a statement waits for another connection's lock; zero: without end. `setting` (a literal) is what a message tells to raise.
  void set_lock_timeout(std::chrono::milliseconds timeout, const char *setting = "lock_timeout") noexcept {
    lock_timeout_ = timeout;
    lock_setting_ = setting;
  }
  std::chrono::milliseconds lock_timeout() const noexcept { return lock_timeout_; }
  // The longest pause between two looks at a lock; by default they grow. A short one finds the gaps between writers that never rest.
  void set_longest_pause(std::chrono::milliseconds pause) noexcept { longest_pause_ = pause; }
  // Puts our own waiting back after a user's PRAGMA busy_timeout.
  void install_handlers() noexcept;

  // From here on, statements end with SqlError once they have run for `timeout`; zero: never.
  void start_deadline(std::chrono::milliseconds timeout) noexcept;
  void stop_deadline() noexcept { start_deadline(std::chrono::milliseconds{0}); }

  // Makes the running statement end with Terminated, and every later one while `heed_interrupts(true)` holds, until
  // forget_interrupt(); waiting for a lock it ends always. Any thread may call it while the connection lives.
  void interrupt() noexcept;
  void heed_interrupts(bool heed) noexcept { heeding_ = heed; }
  void forget_interrupt() noexcept { interrupted_ = false; }
  // Asked every so often while statements run and wait: true ends them with Terminated. Empty: never asked.
  void set_stop(std::function<bool()> stop) { stop_ = std::move(stop); }
  // Terminated if an interruption came and is heeded.
  Status check_interrupt() const;

  // The Error of a result code of sqlite3's own functions, told with what SQLite says of it.
  Error failure(int code, int first_line = 0) const;

  // Errors carry `line` = `first_line` plus the line that SQLite points at, or 0 if first_line is 0.
  Result<Prepared> prepare(std::string_view sql, int first_line = 0);
  // true: a row stands ready; false: the statement is done.
  Result<bool> step(sqlite3_stmt *statement, int first_line = 0);
  // Runs every statement of `sql`; the last one's rows.
  Result<Rows> query(std::string_view sql);
  Status execute(std::string_view sql);
  // Runs one statement with text parameters ?1, ?2 …
  Result<Rows> query_with(std::string_view sql, const std::vector<std::string> &parameters);
  // Steps a prepared statement to its end, rows passed over; gives how many rows an INSERT, UPDATE or DELETE changed, else 0.
  Result<std::int64_t> finish(sqlite3_stmt *statement, int first_line = 0);
  // The same, with its rows.
  Result<Rows> rows_of(sqlite3_stmt *statement, int first_line = 0);

private:
  Connection(sqlite3 *db, std::string shown_path) : db_(db), shown_path_(std::move(shown_path)) {}

  static int on_busy(void *self, int count);
  static int on_progress(void *self);
  bool wait_for_lock(int count);
  bool must_stop() const noexcept;

  sqlite3 *db_;
  std::string shown_path_;
  std::chrono::milliseconds lock_timeout_{5000};
  const char *lock_setting_ = "lock_timeout";
  std::chrono::milliseconds longest_pause_{kLongestPause};
  std::chrono::milliseconds statement_timeout_{0};
  std::optional<std::chrono::steady_clock::time_point> deadline_;
  std::chrono::steady_clock::time_point waiting_since_;
  std::function<bool()> stop_;
  bool heeding_ = false;
  std::atomic<bool> interrupted_{false};
};

} // namespace migrator::database::sqlite
