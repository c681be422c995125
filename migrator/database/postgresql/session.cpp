// See session.h. Statements that may take long are sent without waiting, and a poll() watches the server's answer and the request to stop.
#include "migrator/database/postgresql/session.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

#include "migrator/database/postgresql/borrowed_connection.h"

namespace migrator::database::postgresql {

namespace {

constexpr Oid kBooleanType = 16;
constexpr int kCancelAgainAfter = 100; // milliseconds: a request to cancel may reach the server before the statement does
constexpr std::size_t kCopyChunk = std::size_t{64} << 10;

struct FreeResult {
  void operator()(PGresult *result) const { PQclear(result); }
};
using ResultPointer = std::unique_ptr<PGresult, FreeResult>;

std::string without_last_line_end(std::string_view text) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  return std::string(text);
}

// libpq's terse text: "ERROR:  primary message at character 15".
std::string primary_of(std::string_view terse) {
  std::string text = without_last_line_end(terse);
  if (const auto severity = text.find(":  "); severity != std::string::npos) text.erase(0, severity + 3);
  constexpr std::string_view kPosition = " at character ";
  const auto position = text.rfind(kPosition);
  if (position != std::string::npos && text.find_first_not_of("0123456789", position + kPosition.size()) == std::string::npos) {
    text.erase(position);
  }
  return text;
}

// libpqxx 6 leaves the state out of the exceptions that have a class of their own.
std::string sqlstate_of(const pqxx::sql_error &error) {
  if (!error.sqlstate().empty()) return error.sqlstate();
  return dynamic_cast<const pqxx::insufficient_privilege *>(&error) != nullptr ? "42501" : "";
}

std::int64_t number(const char *digits) {
  return digits == nullptr ? 0 : std::strtoll(digits, nullptr, 10);
}

std::optional<std::string> cell(std::string_view text, bool is_null, bool is_boolean) {
  if (is_null) return std::nullopt;
  if (is_boolean) return text == "t" ? "1" : "0";
  return std::string(text);
}

Rows rows_from(const pqxx::result &result) {
  Rows rows;
  const auto columns = result.columns();
  std::vector<bool> booleans;
  for (decltype(result.columns()) column = 0; column < columns; ++column) {
    rows.columns.emplace_back(result.column_name(column));
    booleans.push_back(result.column_type(column) == kBooleanType);
  }
  rows.rows.reserve(static_cast<std::size_t>(result.size()));
  for (const auto &row : result) {
    auto &cells = rows.rows.emplace_back();
    for (decltype(result.columns()) column = 0; column < columns; ++column) {
      const auto field = row[column];
      cells.push_back(cell({field.c_str(), field.size()}, field.is_null(), booleans[static_cast<std::size_t>(column)]));
    }
  }
  rows.affected = static_cast<std::int64_t>(result.affected_rows());
  return rows;
}

Rows rows_from(const PGresult *result) {
  Rows rows;
  const int columns = PQnfields(result);
  for (int column = 0; column < columns; ++column) rows.columns.emplace_back(PQfname(result, column));
  for (int row = 0; row < PQntuples(result); ++row) {
    auto &cells = rows.rows.emplace_back();
    for (int column = 0; column < columns; ++column) {
      const std::string_view text(PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column)));
      cells.push_back(cell(text, PQgetisnull(result, row, column) != 0, PQftype(result, column) == kBooleanType));
    }
  }
  return rows;
}

void drop_notice(void *, const PGresult *) {}

} // namespace

class Session::Implementation {
public:
  explicit Implementation(PGconn *connection)
      : connection_(connection, &PQfinish), cancel_(PQgetCancel(connection), &PQfreeCancel) {}

  PGconn *raw() const noexcept { return connection_.get(); }

  void begin_libpqxx() {
    pqxx_ = std::make_unique<BorrowedConnection>(raw());
    PQsetErrorVerbosity(raw(), PQERRORS_TERSE);
    PQsetNoticeReceiver(raw(), &drop_notice, nullptr);
  }

  bool is_lost() const noexcept { return PQstatus(raw()) != CONNECTION_OK; }

  pqxx::result execute(std::string_view sql) {
    pqxx::nontransaction transaction{pqxx_->get()};
    return transaction.exec(std::string(sql));
  }

  // Waits for input from the server, sending requests to cancel while `interrupted` says so.
  void wait(const std::atomic<bool> &interrupted, int wake, short events = POLLIN) {
    if (interrupted.load()) cancel();
    // What a stopped COPY has left unsent, its Sync last of all: the server waits for it.
    if (PQflush(raw()) > 0) events |= POLLOUT;
    std::array<pollfd, 2> watched{{{PQsocket(raw()), events, 0}, {interrupted.load() ? -1 : wake, POLLIN, 0}}};
    if (poll(watched.data(), watched.size(), interrupted.load() ? kCancelAgainAfter : -1) > 0 && watched[0].revents != 0) {
      PQconsumeInput(raw());
    }
  }

  void cancel() noexcept {
    std::array<char, 256> why{};
    static_cast<void>(PQcancel(cancel_.get(), why.data(), static_cast<int>(why.size())));
  }

  ResultPointer next_result(const std::atomic<bool> &interrupted, int wake) {
    while (!is_lost() && PQisBusy(raw()) != 0) wait(interrupted, wake);
    return ResultPointer(PQgetResult(raw()));
  }

  Complaint complaint(const PGresult *result, bool interrupted = false) const {
    Complaint complaint;
    const auto field = [result](int code) {
      const char *text = result == nullptr ? nullptr : PQresultErrorField(result, code);
      return std::string(text == nullptr ? "" : text);
    };
    complaint.sqlstate = field(PG_DIAG_SQLSTATE);
    complaint.primary = field(PG_DIAG_MESSAGE_PRIMARY);
    complaint.position = static_cast<int>(number(field(PG_DIAG_STATEMENT_POSITION).c_str()));
    complaint.lost = is_lost();
    complaint.interrupted = interrupted && complaint.sqlstate == "57014";
    if (complaint.primary.empty()) {
      const std::string_view all = PQerrorMessage(raw());
      complaint.primary = std::string(all.substr(0, all.find('\n')));
    }
    return complaint;
  }

  // Sends a COPY's data; ends the COPY in error if the request to stop comes first.
  void send_copy(std::string_view data, const std::atomic<bool> &interrupted, int wake) {
    PQsetnonblocking(raw(), 1);
    while (!data.empty() && !interrupted.load() && !is_lost()) {
      const auto size = std::min(kCopyChunk, data.size());
      const int sent = PQputCopyData(raw(), data.data(), static_cast<int>(size));
      if (sent < 0) break;
      if (sent > 0) data.remove_prefix(size);
      if (PQflush(raw()) > 0) wait(interrupted, wake, POLLIN | POLLOUT);
    }
    PQsetnonblocking(raw(), 0);
    if (!is_lost()) PQputCopyEnd(raw(), data.empty() ? nullptr : "stopped on request");
  }

  void drain_copy_out() {
    char *row = nullptr;
    while (PQgetCopyData(raw(), &row, 0) > 0) PQfreemem(row);
  }

  // libpq answers for no connection as for a bad one.
  void close() noexcept {
    pqxx_.reset();
    connection_.reset();
  }

private:
  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
  std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> cancel_;
  std::unique_ptr<BorrowedConnection> pqxx_;
};

Session::Session(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Session::~Session() {
  if (wake_ >= 0) ::close(wake_);
}

Result<std::unique_ptr<Session>> Session::connect(const ConnectionSettings &settings) {
  std::vector<const char *> keywords;
  std::vector<const char *> values;
  for (const auto &[keyword, value] : settings.parameters) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  auto implementation = std::make_unique<Implementation>(PQconnectdbParams(keywords.data(), values.data(), 0));
  if (implementation->raw() == nullptr) return fail(ErrorCode::Internal, "there is no memory for a connection to PostgreSQL");
  if (implementation->is_lost()) {
    return fail(
        connect_error(settings, PQerrorMessage(implementation->raw()), PQconnectionNeedsPassword(implementation->raw()) != 0));
  }
  try {
    implementation->begin_libpqxx();
  } catch (const std::exception &error) {
    return fail(connect_error(settings, error.what(), false));
  }
  return std::unique_ptr<Session>(new Session(std::move(implementation)));
}

void Session::disconnect() noexcept {
  implementation_->close();
}

Status Session::reconnect(const ConnectionSettings &settings) {
  auto fresh = connect(settings);
  if (!fresh) return tl::unexpected(fresh.error());
  implementation_ = std::move((*fresh)->implementation_);
  return {};
}

Complaint Session::interrupted_before_sending() {
  interrupt_answered_ = true;
  return {"57014", "", 0, false, true};
}

Complaint Session::complaint_about(const PGresult *result) {
  Complaint complaint = implementation_->complaint(result, interrupted_.load());
  interrupt_answered_ = interrupt_answered_ || complaint.interrupted;
  return complaint;
}

Answer<Rows> Session::query(std::string_view sql) {
  if (implementation_->is_lost()) return tl::unexpected(implementation_->complaint(nullptr));
  Complaint complaint;
  try {
    return rows_from(implementation_->execute(sql));
  } catch (const pqxx::sql_error &error) {
    complaint.sqlstate = sqlstate_of(error);
    complaint.primary = primary_of(error.what());
  } catch (const std::exception &error) {
    if (implementation_->is_lost()) return tl::unexpected(implementation_->complaint(nullptr));
    complaint.primary = primary_of(error.what());
  }
  complaint.lost = implementation_->is_lost();
  return tl::unexpected(std::move(complaint));
}

tl::expected<std::vector<Reply>, BatchComplaint> Session::batch(const std::string &sql) {
  if (interrupted_.load()) return tl::unexpected(BatchComplaint{interrupted_before_sending(), 0});
  return send_and_collect(sql, true);
}

Answer<std::vector<Reply>> Session::replies(const std::string &sql) {
  auto collected = send_and_collect(sql, false);
  if (!collected) return tl::unexpected(std::move(collected.error().complaint));
  return std::move(*collected);
}

tl::expected<std::vector<Reply>, BatchComplaint> Session::send_and_collect(const std::string &sql, bool heed_interrupts) {
  static const std::atomic<bool> never{false};
  std::vector<Reply> replies;
  if (implementation_->is_lost() || PQsendQuery(implementation_->raw(), sql.c_str()) == 0) {
    return tl::unexpected(BatchComplaint{implementation_->complaint(nullptr), 0});
  }
  std::optional<BatchComplaint> failed;
  while (const auto result = implementation_->next_result(heed_interrupts ? interrupted_ : never, heed_interrupts ? wake_ : -1)) {
    const auto status = PQresultStatus(result.get());
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
      replies.push_back({rows_from(result.get()), PQcmdStatus(result.get())});
      replies.back().rows.affected = number(PQcmdTuples(result.get()));
    } else if (!failed) {
      failed = BatchComplaint{heed_interrupts ? complaint_about(result.get()) : implementation_->complaint(result.get()),
                              replies.size()};
    }
  }
  if (!failed && implementation_->is_lost()) failed = BatchComplaint{implementation_->complaint(nullptr), replies.size()};
  if (!failed) return replies;
  failed->complaint.lost = implementation_->is_lost();
  return tl::unexpected(std::move(*failed));
}

Answer<std::int64_t> Session::statement(const std::string &sql, const std::vector<Value> &parameters,
                                        const std::optional<std::string> &copy_data) {
  if (interrupted_.load()) return tl::unexpected(interrupted_before_sending());
  std::vector<std::string> texts(parameters.size());
  std::vector<const char *> values;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (const auto *integer = std::get_if<std::int64_t>(&parameters[i])) texts[i] = std::to_string(*integer);
    if (const auto *text = std::get_if<std::string>(&parameters[i])) texts[i] = *text;
    values.push_back(std::holds_alternative<std::nullptr_t>(parameters[i]) ? nullptr : texts[i].c_str());
  }
  PGconn *raw = implementation_->raw();
  if (implementation_->is_lost() ||
      PQsendQueryParams(raw, sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr, 0) == 0) {
    return tl::unexpected(implementation_->complaint(nullptr));
  }
  PQsetSingleRowMode(raw);
  std::optional<Complaint> failed;
  std::int64_t affected = 0;
  while (const auto result = implementation_->next_result(interrupted_, wake_)) {
    switch (PQresultStatus(result.get())) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
      affected = number(PQcmdTuples(result.get()));
      break;
    case PGRES_SINGLE_TUPLE:
    case PGRES_EMPTY_QUERY:
      break;
    case PGRES_COPY_IN:
      implementation_->send_copy(copy_data ? *copy_data : std::string_view(), interrupted_, wake_);
      break;
    case PGRES_COPY_OUT:
      implementation_->drain_copy_out();
      failed = Complaint{"0A000", "COPY … TO stdout has no reader in a revision: take it out, or copy to a file of the server's"};
      break;
    default:
      if (!failed) failed = complaint_about(result.get());
    }
  }
  PQsetnonblocking(raw, 0); // a stopped COPY could not while some of its data was unsent
  if (!failed && implementation_->is_lost()) failed = implementation_->complaint(nullptr);
  if (!failed) return affected;
  failed->lost = implementation_->is_lost();
  return tl::unexpected(std::move(*failed));
}

Answer<Reply> Session::rows_of(const std::string &sql) {
  if (interrupted_.load()) return tl::unexpected(interrupted_before_sending());
  if (implementation_->is_lost() ||
      PQsendQueryParams(implementation_->raw(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) == 0) {
    return tl::unexpected(implementation_->complaint(nullptr));
  }
  std::optional<Complaint> failed;
  Reply reply;
  while (const auto result = implementation_->next_result(interrupted_, wake_)) {
    const auto status = PQresultStatus(result.get());
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
      reply = {rows_from(result.get()), PQcmdStatus(result.get())};
    } else if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) {
      if (status == PGRES_COPY_IN) implementation_->send_copy({}, interrupted_, wake_);
      if (status == PGRES_COPY_OUT) implementation_->drain_copy_out();
      failed = Complaint{"0A000", "COPY gives no rows: write a SELECT"};
    } else if (!failed) {
      failed = complaint_about(result.get());
    }
  }
  if (!failed && implementation_->is_lost()) failed = implementation_->complaint(nullptr);
  if (!failed) return reply;
  failed->lost = implementation_->is_lost();
  return tl::unexpected(std::move(*failed));
}

TransactionState Session::state() const noexcept {
  if (implementation_->is_lost()) return TransactionState::Lost;
  switch (PQtransactionStatus(implementation_->raw())) {
  case PQTRANS_IDLE:
    return TransactionState::Idle;
  case PQTRANS_INTRANS:
    return TransactionState::Open;
  case PQTRANS_INERROR:
    return TransactionState::Failed;
  default:
    return TransactionState::Lost;
  }
}

bool Session::has_unread_input() const noexcept {
  pollfd watched{PQsocket(implementation_->raw()), POLLIN, 0};
  return watched.fd < 0 || poll(&watched, 1, 0) > 0;
}

bool Session::reads_text_as_written() const noexcept {
  const auto reported = [this](const char *setting) {
    const char *value = PQparameterStatus(implementation_->raw(), setting);
    return std::string_view(value == nullptr ? "" : value);
  };
  return reported("standard_conforming_strings") == "on" && reported("client_encoding") == "UTF8";
}

int Session::announced_backend() const noexcept {
  return PQbackendPID(implementation_->raw());
}

int Session::server_version() const noexcept {
  return PQserverVersion(implementation_->raw());
}

std::string Session::server_version_text() const {
  const char *text = PQparameterStatus(implementation_->raw(), "server_version");
  const std::string_view all = text == nullptr ? "" : text;
  return std::string(all.substr(0, all.find(' ')));
}

std::string Session::database() const {
  const char *name = PQdb(implementation_->raw());
  return name == nullptr ? "" : name;
}

std::string Session::user() const {
  const char *name = PQuser(implementation_->raw());
  return name == nullptr ? "" : name;
}

std::vector<std::pair<std::string, std::string>> Session::effective_parameters() const {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfo(implementation_->raw()), &PQconninfoFree);
  const auto text = [](const char *value) { return std::string(value == nullptr ? "" : value); };
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const PQconninfoOption *option = options.get(); option != nullptr && option->keyword != nullptr; ++option) {
    const std::string_view keyword = option->keyword;
    std::string value = text(option->val);
    if (keyword == "host") value = text(PQhost(implementation_->raw()));
    if (keyword == "port") value = text(PQport(implementation_->raw()));
    if (keyword == "hostaddr" && !value.empty()) value = text(PQhostaddr(implementation_->raw()));
    if (keyword == "password") value = text(PQpass(implementation_->raw()));
    if (!value.empty()) parameters.emplace_back(keyword, std::move(value));
  }
  return parameters;
}

void Session::take_interrupt() noexcept {
  interrupt_answered_ = true;
  forget_answered_interrupt();
}

void Session::cancel_running() noexcept {
  implementation_->cancel();
}

void Session::request_interrupt() noexcept {
  interrupted_.store(true);
  const int saved = errno;
  const std::uint64_t one = 1;
  static_cast<void>(!write(wake_, &one, sizeof one));
  errno = saved;
}

void Session::forget_answered_interrupt() noexcept {
  if (!interrupt_answered_) return;
  interrupt_answered_ = false;
  std::uint64_t count = 0;
  static_cast<void>(!read(wake_, &count, sizeof count));
  interrupted_.store(false);
}

} // namespace migrator::database::postgresql
