// Opening the configured database for a verb. The only place in commands/ that knows drivers.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "migrator/commands/context.h"
#include "migrator/database/database.h"

namespace migrator::commands {

enum class Access : std::uint8_t {
  Read,   // changes nothing
  Write,  // moves a history in a database that must be there
  Create, // Write, and makes a SQLite file that is not there
};

struct Connection {
  Dialect dialect = Dialect::Sqlite;
  const database::Driver *driver = nullptr;
  std::unique_ptr<database::Database> database;
  database::HistoryName history;
};

// The history's name as the settings have it.
database::HistoryName history_of(const config::Settings &settings);

// The driver of the configured database, for SQL without a connection. InvalidConfiguration if no URL is configured.
Result<const database::Driver *> configured_driver(const config::Settings &settings);

struct Connecting {
  std::string run_id = {};
  std::optional<std::chrono::milliseconds> lock_wait = {}; // for reads outside of units; none: as the settings say
  std::function<bool()> stopped = {};                      // as OpenOptions has it
};

// The errors of Driver::validate and Driver::open.
Result<Connection> connect(const Context &context, Access access, const Connecting &connecting = {});

// The configured dialect and its driver without a database, for planning on one that is not made yet.
Result<Connection> connect_to_nothing(const Context &context);

// Who runs this: the login's name, and the machine's.
std::string user_name();
std::string host_name();

// Whether the configured database is a SQLite file that is not there yet.
bool is_missing_file(const config::Settings &settings);

} // namespace migrator::commands
