// How a client program that we start logs in to the server that a session of ours is on: with all of that session's parameters, and without a
// secret in its arguments, its environment or a file on a disk. The secrets are in files that live in our memory alone (memfd_create); the
// child opens them by our process's number, so they go when we do, however we end.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "migrator/database/postgresql/session.h"
#include "migrator/process/child.h"

namespace migrator::database::postgresql {

// A file without a name, of mode 0600, that children of ours can open by path().
class MemoryFile {
public:
  // Internal: the system gives none.
  static Result<std::unique_ptr<MemoryFile>> holding(std::string_view contents);
  ~MemoryFile();
  MemoryFile(const MemoryFile &) = delete;
  MemoryFile &operator=(const MemoryFile &) = delete;

  const std::string &path() const noexcept { return path_; }

private:
  explicit MemoryFile(int descriptor);

  int descriptor_;
  std::string path_;
};

// Outlives the children that log in with it.
class ClientLogin {
public:
  // As `session` has logged in; to `database` if that is not empty.
  static Result<ClientLogin> as(const Session &session, const std::string &database = {});

  // The command of `program` with `arguments` and the way to log in.
  process::Command command(const std::string &program, std::vector<std::string> arguments) const;
  // For programs that log in nowhere: without our PG* variables, messages in English.
  static process::Command offline(const std::string &program, std::vector<std::string> arguments);

private:
  std::string conninfo_;
  std::unique_ptr<MemoryFile> passwords_; // as PGPASSFILE
  std::unique_ptr<MemoryFile> services_;  // as PGSERVICEFILE; null: no secret besides
};

// A conninfo string of keywords and values, quoted. Pure.
std::string conninfo_of(const std::vector<std::pair<std::string, std::string>> &parameters);

} // namespace migrator::database::postgresql
