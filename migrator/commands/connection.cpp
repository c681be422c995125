#include "migrator/commands/connection.h"

#include <array>
#include <cstdlib>

#include <pwd.h>
#include <unistd.h>

#include "migrator/database/drivers.h"

namespace migrator::commands {

database::HistoryName history_of(const config::Settings &settings) {
  return database::HistoryName{settings.version_schema, settings.version_table};
}

Result<const database::Driver *> configured_driver(const config::Settings &settings) {
  if (!settings.database_url)
    return fail(ErrorCode::InvalidConfiguration,
                "no database is configured; set database_url in migrator.yaml, DATABASE_URL, or --database-url");
  return database::driver_for(settings.database_url->dialect);
}

std::string user_name() {
  if (const char *user = std::getenv("USER"); user != nullptr && *user != '\0') return user;
  std::array<char, 1024> buffer{};
  passwd entry{};
  passwd *found = nullptr;
  if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return found->pw_name;
  return "uid " + std::to_string(geteuid());
}

std::string host_name() {
  std::array<char, 256> buffer{};
  return gethostname(buffer.data(), buffer.size() - 1) == 0 ? buffer.data() : "unknown";
}

bool is_missing_file(const config::Settings &settings) {
  return settings.database_url && settings.database_url->dialect == Dialect::Sqlite &&
         access(settings.database_url->path.c_str(), F_OK) != 0;
}

Result<Connection> connect(const Context &context, Access access, const Connecting &connecting) {
  Result<const database::Driver *> driver = configured_driver(context.settings);
  if (!driver) return fail(driver.error());
  const database::DatabaseUrl &url = *context.settings.database_url;
  if (Status valid = (*driver)->validate(url); !valid) return fail(valid.error());
  database::OpenOptions options;
  options.history = history_of(context.settings);
  options.create = access == Access::Create;
  options.read_only = access == Access::Read;
  options.who = user_name() + "@" + host_name();
  options.run_id = connecting.run_id;
  options.direct_url = context.settings.direct_url;
  options.lock_wait = connecting.lock_wait.value_or(context.settings.lock_wait);
  options.stopped = connecting.stopped;
  Result<std::unique_ptr<database::Database>> opened = (*driver)->open(url, options);
  if (!opened) return fail(opened.error());
  return Connection{url.dialect, *driver, std::move(*opened), options.history};
}

Result<Connection> connect_to_nothing(const Context &context) {
  Result<const database::Driver *> driver = configured_driver(context.settings);
  if (!driver) return fail(driver.error());
  return Connection{context.settings.database_url->dialect, *driver, nullptr, history_of(context.settings)};
}

} // namespace migrator::commands
