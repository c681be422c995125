// See resolve.h.
#include "migrator/config/resolve.h"

namespace migrator::config {

namespace {

constexpr std::string_view kDefaultFolder = "migrations";

// The first layer that gives a value wins.
template <typename Value>
const Value *first(const std::optional<Value> &flag, const std::optional<Value> &environment, const std::optional<Value> &file) {
  if (flag) return &*flag;
  if (environment) return &*environment;
  return file ? &*file : nullptr;
}

Result<std::optional<database::DatabaseUrl>> parsed(const Written *written, const std::string &folder) {
  if (written == nullptr) return std::optional<database::DatabaseUrl>();
  Result<database::DatabaseUrl> url = database::parse_url(written->text, written->file.empty() ? std::string() : folder);
  if (url) return std::optional<database::DatabaseUrl>(std::move(*url));
  Error error = std::move(url.error());
  error.message = written->source + ": " + error.message;
  error.file = written->file;
  error.line = written->line;
  return fail(std::move(error));
}

} // namespace

Result<Settings> resolve(const Overrides &flags, const Overrides &environment, const std::optional<FileSettings> &file,
                         DatabaseUse use) {
  static const FileSettings kNoFile;
  const FileSettings &from_file = file ? *file : kNoFile;
  Settings settings;
  settings.file = from_file.path;
  const auto take = [&](auto Overrides::*member, auto &into) {
    if (const auto *value = first(flags.*member, environment.*member, from_file.*member)) into = *value;
  };
  settings.migrations = {from_file.folder + std::string(kDefaultFolder)};
  take(&Overrides::migrations, settings.migrations);
  take(&Overrides::version_table, settings.version_table);
  take(&Overrides::version_schema, settings.version_schema);
  take(&Overrides::grant_read, settings.grant_read);
  take(&Overrides::lock_wait, settings.lock_wait);
  take(&Overrides::lock_timeout, settings.lock_timeout);
  take(&Overrides::statement_timeout, settings.statement_timeout);
  take(&Overrides::scratch_same_server, settings.scratch_same_server);
  settings.models = from_file.models;
  settings.backup = from_file.backup;
  take(&Overrides::backup_folder, settings.backup.folder);
  take(&Overrides::backup_policy, settings.backup.policy);
  take(&Overrides::backup_verify, settings.backup.verify);
  take(&Overrides::backup_retain, settings.backup.retain);
  take(&Overrides::backup_command, settings.backup.command);
  settings.job = environment.job;
  if (settings.backup.policy == BackupPolicy::External && settings.backup.command.empty())
    return fail(ErrorCode::InvalidConfiguration, "the backup policy is external, but there is no \"backup.command\", the command "
                                                 "that takes the backup and prints its id.");
  settings.ignore = from_file.ignore;
  settings.manage_owned = from_file.manage_owned;
  settings.lint = from_file.lint;
  if (use == DatabaseUse::None) return settings;

  struct Url {
    std::optional<Written> Overrides::*written;
    std::optional<database::DatabaseUrl> Settings::*into;
  };
  for (const Url &url :
       {Url{&Overrides::database_url, &Settings::database_url}, Url{&Overrides::direct_url, &Settings::direct_url},
        Url{&Overrides::scratch_url, &Settings::scratch_url}}) {
    auto value = parsed(first(flags.*url.written, environment.*url.written, from_file.*url.written), from_file.folder);
    if (!value) return fail(std::move(value.error()));
    settings.*url.into = std::move(*value);
  }
  if (use == DatabaseUse::Required && !settings.database_url)
    return fail(ErrorCode::InvalidConfiguration,
                "no database is configured. Set DATABASE_URL, write database_url into migrator.yaml, or give --database-url.");
  const std::string &schema = settings.version_schema;
  if (settings.database_url && settings.database_url->dialect == Dialect::Sqlite && !schema.empty() && schema != "main")
    return fail(ErrorCode::InvalidConfiguration,
                "version_schema \"" + schema +
                    "\" is for PostgreSQL: SQLite keeps the history in its main database. Leave version_schema out.",
                {schema});
  if (settings.direct_url && settings.database_url && settings.direct_url->dialect != settings.database_url->dialect)
    return fail(ErrorCode::InvalidConfiguration,
                "direct_url and database_url name different kinds of database. Both must lead to the same one.");
  return settings;
}

} // namespace migrator::config
