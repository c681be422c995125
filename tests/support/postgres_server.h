// A PostgreSQL server, and a pgbouncer before it, of a test program's own: made in a temporary folder, reached by a unix socket and loopback,
// gone when the object is. For tests only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

namespace migrator::test_support {

// A program that runs beside the test, ended by its own process id.
class ChildProcess {
public:
  // Starts `arguments` (the first is the program's path), output to `log`. As root it runs as the user `postgres`, for neither server
  // runs as root. Throws std::runtime_error.
  ChildProcess(const std::vector<std::string> &arguments, const std::string &log);
  ~ChildProcess();
  ChildProcess(const ChildProcess &) = delete;
  ChildProcess &operator=(const ChildProcess &) = delete;

  // The exit status; waits for the end.
  int wait();
  bool running();
  // Sends `signal` and waits for the end.
  void stop(int signal);
  pid_t pid() const noexcept { return pid_; }

private:
  pid_t pid_ = -1;
};

// The newest PostgreSQL that is installed. Role `postgres` is a superuser and needs no password; the role `with_password`, which tests make, is asked for
// one on loopback. Throws std::runtime_error, with the log, if there is none or it does not start.
class PostgresServer {
public:
  PostgresServer();
  ~PostgresServer();
  PostgresServer(const PostgresServer &) = delete;
  PostgresServer &operator=(const PostgresServer &) = delete;

  // postgresql://role@127.0.0.1:port/database; with `password`, role:password@.
  std::string url(const std::string &database, const std::string &role = "postgres", const std::string &password = "") const;
  // The same through the unix socket.
  std::string socket_url(const std::string &database, const std::string &role = "postgres") const;
  // Makes an empty database with a name of its own.
  std::string create_database();
  // Runs SQL as the superuser; throws std::runtime_error with the server's message. Gives the first cell of the last result.
  std::string execute(const std::string &database, const std::string &sql) const;

  int port() const noexcept { return port_; }
  const std::string &folder() const noexcept { return folder_; }

private:
  std::string folder_;
  int port_ = 0;
  int databases_ = 0;
  std::unique_ptr<ChildProcess> server_;
};

// pgbouncer in transaction mode before a server, with few server connections, so that they are shared.
class Pgbouncer {
public:
  explicit Pgbouncer(const PostgresServer &server, int pool_size = 2);
  ~Pgbouncer();
  Pgbouncer(const Pgbouncer &) = delete;
  Pgbouncer &operator=(const Pgbouncer &) = delete;

  std::string url(const std::string &database, const std::string &role = "postgres") const;

private:
  std::string folder_;
  int port_ = 0;
  std::unique_ptr<ChildProcess> process_;
};

// A port of loopback that was free a moment ago.
int free_port();

} // namespace migrator::test_support
