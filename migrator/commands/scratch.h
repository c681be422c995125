// A scratch database with revisions, or models, loaded in it by the executor's own parts. Gone when it is closed.
#pragma once

#include <string>
#include <vector>

#include "migrator/commands/connection.h"
#include "migrator/commands/standing.h"
#include "migrator/execute/stop.h"
#include "migrator/models/models.h"
#include "migrator/schema/object.h"

namespace migrator::commands {

class Scratch {
public:
  // An empty one. The errors of Driver::open_scratch().
  static Result<Scratch> open(const Context &context, Dialect dialect, execute::Stop &stop);
  ~Scratch();
  Scratch(Scratch &&) noexcept = default;
  Scratch &operator=(Scratch &&) = delete;

  // Goes to exactly these revisions (full ids), up or down. InvalidRevisionFile: a statement that reaches beyond the database (plan/replay.h); else the
  // errors of a run, whose file and line are the revision's.
  Status go_to(const Files &files, const std::vector<std::string> &revisions);
  // Loads models on top of what is there; once.
  Status load(const models::Models &models);

  Result<schema::Schema> read();
  const database::ServerInfo &server() const { return connection_.database->server(); }

private:
  Scratch(const Context &context, Connection connection, execute::Stop &stop);
  const Context *context_;
  Connection connection_;
  execute::Stop *stop_;
};

// A revision made of SQL that no file holds: what Scratch and --autogenerate run.
script::Script made_script(std::string revision, std::vector<std::string> parents, std::string path,
                           std::vector<script::Section> sections);
// The files with more revisions among them.
Files with(const Files &files, std::vector<script::Script> more);

} // namespace migrator::commands
