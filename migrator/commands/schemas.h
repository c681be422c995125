// The schemas that a verb can compare, each from where it is written: models, database, revisions, a snapshot.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "migrator/commands/connection.h"
#include "migrator/commands/context.h"
#include "migrator/commands/scratch.h"
#include "migrator/commands/standing.h"
#include "migrator/execute/stop.h"
#include "migrator/models/models.h"
#include "migrator/schema/json.h"

namespace migrator::commands {

// One side of a comparison.
struct Side {
  std::string what;                               // "models", "database", "revisions", "snapshot"
  std::vector<std::string> of;                    // files and commands; the URL; revisions; the file
  std::string server;                             // the database that has read it: "SQLite 3.40.1"
  schema::Schema schema;                          // without what `ignore` names
  std::vector<schema::Object> ignored_parts = {}; // see schema/compare.h
  std::string text() const;                       // "the models (schema.sql)"
};

// The dialects that `wanted` or else the settings ask for: those that `models` has keys for; else the configured database's; else PostgreSQL where there
// is a scratch_url, else SQLite.
std::vector<Dialect> dialects_for(const Context &context, const std::vector<Dialect> &wanted);

// Loads each thing at most once. For one dialect, in one verb.
class Schemas {
public:
  Schemas(const Context &context, Dialect dialect, execute::Stop &stop) : context_(context), dialect_(dialect), stop_(stop) {}

  Dialect dialect() const noexcept { return dialect_; }
  Result<const Files *> files();
  Result<const models::Models *> read_models(); // the texts
  Result<Side> models();
  // What exactly these revisions (full ids) and all that they need make. InvalidGraph etc.: the files; InvalidRevisionFile: see Scratch.
  Result<Side> revisions(const std::vector<std::string> &ids);
  Result<Side> database();
  Result<Side> snapshot(const std::string &path);

  // Where the configured database stands. InvalidConfiguration if it is of the other dialect.
  Result<const Standing *> standing();
  // Its heads, sorted, for what needs no files.
  Result<std::vector<std::string>> database_heads();
  const std::vector<std::string> &snapshot_heads() const noexcept { return snapshot_heads_; } // of the snapshot that was read

private:
  Result<Connection *> connection();
  Result<std::string> server();
  Result<Side> cached(Side side, const std::string &key, const std::function<Status(Scratch &)> &fill);
  Side finished(Side side, schema::Schema schema) const;

  const Context &context_;
  const Dialect dialect_;
  execute::Stop &stop_;
  std::optional<Files> files_;
  std::optional<models::Models> models_;
  std::optional<Connection> connection_;
  std::optional<Standing> standing_;
  std::optional<std::string> server_;
  std::vector<std::string> snapshot_heads_;
};

} // namespace migrator::commands
