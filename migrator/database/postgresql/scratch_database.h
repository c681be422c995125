// Databases that a dump is loaded into to see whether it can be: made beside the one that a session is in, from template0, dropped always. What
// a killed run left is found by its name and its comment and dropped by the next.
#pragma once

#include <memory>
#include <string>

#include "migrator/database/postgresql/session.h"

namespace migrator::database::postgresql {

class ScratchDatabase {
public:
  // `options` as archive_database_options() gives them. `session` must outlive it and be in no transaction. BackupFailed: it cannot be made.
  static Result<std::unique_ptr<ScratchDatabase>> make(Session &session, const std::string &options);
  // The same for loading SQL in. NoPermission without CREATEDB; else the server's refusal.
  static Result<std::unique_ptr<ScratchDatabase>> make_for_sql(Session &session, const std::string &options);
  ~ScratchDatabase();
  ScratchDatabase(const ScratchDatabase &) = delete;
  ScratchDatabase &operator=(const ScratchDatabase &) = delete;

  const std::string &name() const noexcept { return name_; }

private:
  static Result<std::unique_ptr<ScratchDatabase>> create(Session &session, const std::string &options);
  ScratchDatabase(Session &session, std::string name) : session_(session), name_(std::move(name)) {}

  Session &session_;
  std::string name_;
};

// Drops scratch databases whose maker's session is gone, or that are older than a day. Those that this role may not drop stay.
void drop_leftover_scratch(Session &session);

// Drops a database with the sessions in it.
Answer<Rows> drop_database(Session &session, const std::string &name);

// A name that no database has: `prefix`, the time in hex digits, and random ones.
std::string unused_database_name(const std::string &prefix);

} // namespace migrator::database::postgresql
