// libpqxx over a connection that we opened with libpq and close ourselves: the one place that differs between libpqxx 6 (Debian 12) and 7.
// Must not connect: libpqxx 6 would otherwise reconnect in silence and lose the open transaction.
#pragma once

#include <libpq-fe.h>
#include <pqxx/pqxx>

namespace migrator::database::postgresql {

#if PQXX_VERSION_MAJOR < 7

// Hands the connection out once; whoever asks again is told that it is broken.
class BorrowingPolicy final : public pqxx::connectionpolicy {
public:
  explicit BorrowingPolicy(PGconn *connection) : pqxx::connectionpolicy(""), connection_(connection) {}
  handle do_startconnect(handle original) override {
    if (connection_ == nullptr || PQstatus(connection_) != CONNECTION_OK)
      throw pqxx::broken_connection("the connection was lost");
    return original == nullptr ? connection_ : original;
  }
  handle do_completeconnect(handle original) override { return original; }
  handle do_dropconnect(handle original) noexcept override { return original; }
  handle do_disconnect(handle) noexcept override {
    connection_ = nullptr;
    return nullptr;
  }

private:
  PGconn *connection_;
};

class BorrowedConnection final : public pqxx::connection_base {
public:
  // `connection` stays the caller's and must outlive this.
  explicit BorrowedConnection(PGconn *connection) : pqxx::connection_base(policy_), policy_(connection) { init(); }
  ~BorrowedConnection() { close(); }
  pqxx::connection_base &get() noexcept { return *this; }

private:
  BorrowingPolicy policy_;
};

#else

class BorrowedConnection final {
public:
  // `connection` stays the caller's and must outlive this.
  explicit BorrowedConnection(PGconn *connection) : connection_(pqxx::connection::seize_raw_connection(connection)) {}
  ~BorrowedConnection() { static_cast<void>(std::move(connection_).release_raw_connection()); }
  BorrowedConnection(const BorrowedConnection &) = delete;
  BorrowedConnection &operator=(const BorrowedConnection &) = delete;
  pqxx::connection &get() noexcept { return connection_; }

private:
  pqxx::connection connection_;
};

#endif

} // namespace migrator::database::postgresql
