// See postgres_server.h.
#include "tests/support/postgres_server.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// libpqxx 6 never frees the result of a query during which the connection was lost. The leak sanitizer, if there is one, asks for this.
extern "C" __attribute__((visibility("default"))) const char *__lsan_default_suppressions();
extern "C" const char *__lsan_default_suppressions() {
  return "leak:libpqxx-6";
}

namespace migrator::test_support {

namespace {

constexpr int kStartAttempts = 1500;
constexpr int kBetweenAttempts = 20; // milliseconds

const passwd *unprivileged() {
  if (geteuid() != 0) return nullptr;
  const passwd *user = getpwnam("postgres");
  return user != nullptr ? user : getpwnam("nobody");
}

std::string temporary_folder() {
  std::string name = std::filesystem::temp_directory_path() / "migrator-postgres-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder: " + std::string(std::strerror(errno)));
  if (const passwd *user = unprivileged()) {
    if (chown(name.c_str(), user->pw_uid, user->pw_gid) != 0)
      throw std::runtime_error("chown: " + std::string(std::strerror(errno)));
  }
  return name;
}

std::string read_file(const std::string &path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void write_file(const std::string &path, const std::string &text) {
  std::ofstream(path) << text;
  if (const passwd *user = unprivileged()) {
    if (chown(path.c_str(), user->pw_uid, user->pw_gid) != 0)
      throw std::runtime_error("chown: " + std::string(std::strerror(errno)));
  }
}

// A program of the newest PostgreSQL installed, else along PATH and the administrator's folders.
std::string find_program(const std::string &name) {
  std::vector<std::filesystem::path> folders;
  const std::filesystem::path versions = "/usr/lib/postgresql";
  if (std::filesystem::exists(versions)) {
    for (const auto &entry : std::filesystem::directory_iterator(versions)) folders.push_back(entry.path() / "bin");
    std::sort(folders.rbegin(), folders.rend());
  }
  std::istringstream path(std::string(std::getenv("PATH") == nullptr ? "" : std::getenv("PATH")) + ":/usr/sbin:/usr/local/sbin");
  for (std::string folder; std::getline(path, folder, ':');) folders.emplace_back(folder);
  for (const auto &folder : folders) {
    if (access((folder / name).c_str(), X_OK) == 0) return folder / name;
  }
  throw std::runtime_error(name + " is not installed: see scripts/packages");
}

bool accepts(const std::string &conninfo) {
  return PQping(conninfo.c_str()) == PQPING_OK;
}

void wait_until_up(ChildProcess &process, const std::string &conninfo, const std::string &log) {
  for (int attempt = 0; attempt < kStartAttempts; ++attempt) {
    if (accepts(conninfo)) return;
    if (!process.running()) break;
    poll(nullptr, 0, kBetweenAttempts);
  }
  throw std::runtime_error("the server does not start:\n" + read_file(log));
}

} // namespace

ChildProcess::ChildProcess(const std::vector<std::string> &arguments, const std::string &log) {
  const passwd *user = unprivileged();
  std::vector<char *> argv;
  for (const auto &argument : arguments) argv.push_back(const_cast<char *>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork: " + std::string(std::strerror(errno)));
  if (pid_ > 0) return;
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  if (user != nullptr && (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) _exit(126);
  prctl(PR_SET_PDEATHSIG, SIGINT);
  if (getppid() != parent || chdir("/") != 0) _exit(126);
  setpgid(0, 0);
  execv(argv[0], argv.data());
  _exit(127);
}

ChildProcess::~ChildProcess() {
  stop(SIGKILL);
}

int ChildProcess::wait() {
  if (pid_ < 0) return -1;
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool ChildProcess::running() {
  if (pid_ < 0) return false;
  if (waitpid(pid_, nullptr, WNOHANG) != pid_) return true;
  pid_ = -1;
  return false;
}

void ChildProcess::stop(int signal) {
  if (pid_ < 0) return;
  kill(pid_, signal);
  wait();
}

int free_port() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  const bool bound = bind(listener, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0 &&
                     getsockname(listener, reinterpret_cast<sockaddr *>(&address), &length) == 0;
  close(listener);
  if (!bound) throw std::runtime_error("no free port on loopback");
  return ntohs(address.sin_port);
}

PostgresServer::PostgresServer() : folder_(temporary_folder()), port_(free_port()) {
  const std::string data = folder_ + "/data";
  const std::string log = folder_ + "/log";
  ChildProcess initdb(
      {find_program("initdb"), "--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-D", data}, log);
  if (initdb.wait() != 0) throw std::runtime_error("initdb failed:\n" + read_file(log));
  write_file(data + "/pg_hba.conf", "local all all trust\n"
                                    "host all with_password 127.0.0.1/32 scram-sha-256\n"
                                    "host all all 127.0.0.1/32 trust\n");
  server_ = std::make_unique<ChildProcess>(std::vector<std::string>{find_program("postgres"), "-D", data, "-k", folder_, "-h",
                                                                    "127.0.0.1", "-p", std::to_string(port_), "-c", "fsync=off",
                                                                    "-c", "max_connections=60", "-c",
                                                                    "max_prepared_transactions=2", "-c", "shared_buffers=32MB"},
                                           log);
  wait_until_up(*server_, url("postgres"), log);
}

PostgresServer::~PostgresServer() {
  server_->stop(SIGINT);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string PostgresServer::url(const std::string &database, const std::string &role, const std::string &password) const {
  return "postgresql://" + role + (password.empty() ? "" : ":" + password) + "@127.0.0.1:" + std::to_string(port_) + "/" +
         database;
}

std::string PostgresServer::socket_url(const std::string &database, const std::string &role) const {
  return "postgresql://" + role + "@/" + database + "?host=" + folder_ + "&port=" + std::to_string(port_);
}

std::string PostgresServer::create_database() {
  const std::string name = "test" + std::to_string(++databases_);
  execute("postgres", "CREATE DATABASE " + name);
  return name;
}

std::string PostgresServer::execute(const std::string &database, const std::string &sql) const {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(url(database).c_str()), &PQfinish);
  PQsetNoticeProcessor(
      connection.get(), [](void *, const char *) {}, nullptr);
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()), &PQclear);
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
  return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
}

Pgbouncer::Pgbouncer(const PostgresServer &server, int pool_size) : folder_(temporary_folder()), port_(free_port()) {
  const std::string log = folder_ + "/log";
  write_file(folder_ + "/users", "\"postgres\" \"\"\n");
  // auth_type any logs in as the user of the [databases] line.
  write_file(folder_ + "/pgbouncer.ini",
             "[databases]\n* = host=" + server.folder() + " port=" + std::to_string(server.port()) +
                 " user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " + std::to_string(port_) +
                 "\nunix_socket_dir =\nauth_type = any\nauth_file = " + folder_ +
                 "/users\npool_mode = transaction\ndefault_pool_size = " + std::to_string(pool_size) + "\n");
  process_ =
      std::make_unique<ChildProcess>(std::vector<std::string>{find_program("pgbouncer"), "-q", folder_ + "/pgbouncer.ini"}, log);
  wait_until_up(*process_, url("postgres"), log);
}

Pgbouncer::~Pgbouncer() {
  process_->stop(SIGINT);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string Pgbouncer::url(const std::string &database, const std::string &role) const {
  return "postgresql://" + role + "@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

} // namespace migrator::test_support
