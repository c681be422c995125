// One connection to a PostgreSQL server: libpqxx for our own queries, and libpq on the same connection for what libpqxx does not offer: the
// transaction's state, COPY of verbatim data, a statement that can be stopped, the position of an error, the announced backend.
// The only file that knows either library; knows nothing of locks, units or history.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "migrator/database/database.h"
#include "migrator/database/postgresql/connection_settings.h"
#include "migrator/database/postgresql/server_error.h"

struct pg_result; // libpq's

namespace migrator::database::postgresql {

enum class TransactionState : std::uint8_t { Idle, Open, Failed, Lost };

// What one statement gave.
struct Reply {
  Rows rows;
  std::string tag; // "COMMIT", "INSERT 0 1"
};

template <typename T> using Answer = tl::expected<T, Complaint>;

// A complaint about a run of several statements.
struct BatchComplaint {
  Complaint complaint;
  std::size_t statement = 0; // how many had succeeded before
};

// Not thread-safe, but for request_interrupt(). Never reconnects. Notices of the server are dropped.
class Session {
public:
  // Connects now. Errors: connect_error().
  static Result<std::unique_ptr<Session>> connect(const ConnectionSettings &settings);
  ~Session();
  // Leaves the server; everything but reconnect() gives a complaint about a lost connection then.
  void disconnect() noexcept;
  // Connects anew, to what `settings` say. A request to interrupt stays.
  Status reconnect(const ConnectionSettings &settings);
  Session(const Session &) = delete;
  Session &operator=(const Session &) = delete;

  // One or several statements of ours; the last one's rows. Cannot be interrupted.
  Answer<Rows> query(std::string_view sql);
  // As query(), but a reply each.
  Answer<std::vector<Reply>> replies(const std::string &sql);
  // Several statements of ours in one round trip; a reply each. After a complaint the rest has not run.
  tl::expected<std::vector<Reply>, BatchComplaint> batch(const std::string &sql);
  // Exactly one statement (the server refuses more), parameters as $1, $2 …; `copy_data` feeds a COPY FROM stdin. Rows it gives are dropped as
  // they come. Gives the rows changed.
  Answer<std::int64_t> statement(const std::string &sql, const std::vector<Value> &parameters,
                                 const std::optional<std::string> &copy_data);
  // As statement(), but keeps the rows.
  Answer<Reply> rows_of(const std::string &sql);

  TransactionState state() const noexcept;
  // Whether something has come from the server unasked: its farewell, as a rule. No round trip.
  bool has_unread_input() const noexcept;

  // Whether the server takes literals as we write them: standard_conforming_strings is on and the encoding UTF-8. It reads all statements of
  // one batch() under the settings that were there before the first.
  bool reads_text_as_written() const noexcept;

  int announced_backend() const noexcept; // as told at login: a pooler tells a number of its own
  int server_version() const noexcept;    // 150018
  std::string server_version_text() const;
  std::string database() const;
  std::string user() const;
  // What the connection was made with, wherever it came from (URL, environment, password file), by libpq's keywords; of a list of hosts the
  // one that answered. Holds secrets.
  std::vector<std::pair<std::string, std::string>> effective_parameters() const;

  // Ends the running batch(), statement() or rows_of() soon, or else the next one at once, and all that follow until
  // forget_answered_interrupt(). Any thread; safe in a signal handler.
  void request_interrupt() noexcept;
  // Takes the request back if it has ended something; one that has not stays, so that none is missed.
  void forget_answered_interrupt() noexcept;
  // Whether a request stands that has ended nothing yet: for work that is not the session's own. Any thread.
  bool interrupt_requested() const noexcept { return interrupted_.load(); }
  // The same work has ended because of it.
  void take_interrupt() noexcept;
  // Asks the server to end what this session runs now, once; it may come too late. Any thread.
  void cancel_running() noexcept;

private:
  class Implementation;
  explicit Session(std::unique_ptr<Implementation> implementation);

  std::unique_ptr<Implementation> implementation_;
  Complaint interrupted_before_sending();
  tl::expected<std::vector<Reply>, BatchComplaint> send_and_collect(const std::string &sql, bool heed_interrupts);
  Complaint complaint_about(const pg_result *result);

  std::atomic<bool> interrupted_{false};
  bool interrupt_answered_ = false;
  int wake_ = -1; // an eventfd that request_interrupt() makes readable
};

} // namespace migrator::database::postgresql
