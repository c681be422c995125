// See client_login.h.
#include "migrator/database/postgresql/client_login.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace migrator::database::postgresql {

namespace {

constexpr const char *kService = "migrator";

// One line of a password file: any host, port, database and user.
std::string password_line(const std::string &password) {
  std::string line = "*:*:*:*:";
  for (const char c : password) {
    if (c == '\\' || c == ':') line += '\\';
    line += c;
  }
  return line + "\n";
}

// Whether the children get it as it is: not what is secret, not where secrets would be looked for, not what is ours alone.
bool is_handed_on(const std::string &keyword) {
  static const std::set<std::string> kept_back{"password",    "sslpassword",     "passfile",
                                               "service",     "servicefile",     "dbname",
                                               "replication", "client_encoding", "fallback_application_name"};
  return !kept_back.contains(keyword);
}

} // namespace

MemoryFile::MemoryFile(int descriptor)
    : descriptor_(descriptor), path_(fmt::format("/proc/{}/fd/{}", static_cast<long>(getpid()), descriptor)) {}

MemoryFile::~MemoryFile() {
  ::close(descriptor_);
}

Result<std::unique_ptr<MemoryFile>> MemoryFile::holding(std::string_view contents) {
  const int descriptor = ::memfd_create("migrator", MFD_CLOEXEC);
  if (descriptor < 0) {
    return fail(ErrorCode::Internal, fmt::format("there is no file in memory to be had for a child: {}", std::strerror(errno)));
  }
  std::unique_ptr<MemoryFile> file(new MemoryFile(descriptor));
  bool well = ::fchmod(descriptor, S_IRUSR | S_IWUSR) == 0;
  while (well && !contents.empty()) {
    const ssize_t written = ::write(descriptor, contents.data(), contents.size());
    if (written > 0) contents.remove_prefix(static_cast<std::size_t>(written));
    well = written > 0 || errno == EINTR;
  }
  if (!well) return fail(ErrorCode::Internal, fmt::format("a file in memory cannot be written: {}", std::strerror(errno)));
  return file;
}

std::string conninfo_of(const std::vector<std::pair<std::string, std::string>> &parameters) {
  std::string text;
  for (const auto &[keyword, value] : parameters) {
    if (!text.empty()) text += ' ';
    text += keyword + "='";
    for (const char c : value) {
      if (c == '\'' || c == '\\') text += '\\';
      text += c;
    }
    text += '\'';
  }
  return text;
}

Result<ClientLogin> ClientLogin::as(const Session &session, const std::string &database) {
  ClientLogin login;
  std::string line; // stays empty without a password: the child must not look for another in the user's own file
  std::vector<std::pair<std::string, std::string>> open;
  for (const auto &[keyword, value] : session.effective_parameters()) {
    if (is_handed_on(keyword)) open.emplace_back(keyword, value);
    if (keyword == "password") line = password_line(value);
    if (keyword != "sslpassword") continue;
    auto file = MemoryFile::holding(fmt::format("[{}]\nsslpassword={}\n", kService, value));
    if (!file) return tl::unexpected(file.error());
    login.services_ = std::move(*file);
  }
  auto passwords = MemoryFile::holding(line);
  if (!passwords) return tl::unexpected(passwords.error());
  login.passwords_ = std::move(*passwords);
  open.emplace_back("dbname", database.empty() ? session.database() : database);
  if (login.services_) open.emplace_back("service", kService);
  login.conninfo_ = conninfo_of(open);
  return login;
}

process::Command ClientLogin::command(const std::string &program, std::vector<std::string> arguments) const {
  process::Command command = offline(program, std::move(arguments));
  command.arguments.push_back("--no-password");
  command.arguments.push_back("--dbname=" + conninfo_);
  command.environment.emplace_back("PGCLIENTENCODING", "UTF8");
  command.environment.emplace_back("PGPASSFILE", passwords_->path());
  if (services_) command.environment.emplace_back("PGSERVICEFILE", services_->path());
  return command;
}

process::Command ClientLogin::offline(const std::string &program, std::vector<std::string> arguments) {
  process::Command command;
  command.arguments = std::move(arguments);
  command.arguments.insert(command.arguments.begin(), program);
  command.environment = {{"LC_ALL", "C"}, {"LANGUAGE", ""}};
  command.without = {"PG*", "DATABASE_URL*", "MIGRATOR_*"};
  return command;
}

} // namespace migrator::database::postgresql
