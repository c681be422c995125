// The verb `init`: a folder for revisions and a settings file that explains itself.
#include <nlohmann/json.hpp>

#include "migrator/commands/commands.h"
#include "migrator/commands/files.h"
#include "migrator/report/printable.h"

namespace migrator::commands {

namespace {

// A YAML text in single quotes unless it is plain.
std::string yaml_text(const std::string &text) {
  const bool plain =
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./") == std::string::npos &&
      text.find_first_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_/") == 0;
  if (plain) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

std::string settings_text(const std::string &folder) {
  return "# Settings of the migrator. Flags and environment variables come before this file.\n"
         "# Every key: docs/configuration.md\n"
         "\n"
         "# Folders of revision files, relative to this file.\n"
         "migrations: [" +
         yaml_text(folder) +
         "]\n"
         "\n"
         "# The database. Keep passwords out of this file: set DATABASE_URL or DATABASE_URL_FILE instead.\n"
         "# database_url: sqlite:///app.db\n"
         "# database_url: postgresql://app@localhost:5432/app\n"
         "\n"
         "# The schema that you want, in SQL or YAML: `migrator revision --autogenerate` writes what leads there "
         "(docs/models.md).\n"
         "# A file, a folder or a list of both, relative to this file; or for each database its own.\n"
         "# models: models/\n"
         "# models: {sqlite: models/sqlite.sql, postgresql: models/postgresql.sql}\n"
         "# PostgreSQL reads it in databases that are made for a moment on this server; SQLite needs none.\n"
         "# scratch_url: postgresql://app@localhost:5432/postgres\n"
         "\n"
         "# The same database past a transaction pooler, if there is one.\n"
         "# direct_url: postgresql://app@db.internal:5432/app\n"
         "\n"
         "# The table that says where the database stands. To take over an Alembic database: alembic_version\n"
         "# version_table: migrator_version\n"
         "# version_schema: public\n"
         "\n"
         "# Roles that may see which revisions are applied (migrator wait).\n"
         "# grant_read: [app]\n"
         "\n"
         "# How long to wait for another runner, for a lock, for a statement (0: for ever).\n"
         "# lock_wait: 60s\n"
         "# lock_timeout: 3s\n"
         "# statement_timeout: 0\n";
}

} // namespace

Status init(const Context &context, const cli::InitArguments &arguments) {
  const std::string settings_file = context.global.config.value_or("migrator.yaml");
  const std::string beside = settings_file.substr(0, settings_file.rfind('/') + 1);
  const std::string folder = arguments.folder.front() == '/' ? arguments.folder : beside + arguments.folder;
  if (exists(settings_file))
    return fail_at(settings_file, 0, ErrorCode::FileExists,
                   "is there already, so this project has been started. Go on with \"migrator revision -m MESSAGE\".");
  if (holds_something(folder))
    return fail_at(folder, 0, ErrorCode::FileExists, "holds files already. Name another folder, or write migrator.yaml by hand.");
  if (Status made = make_folder(folder); !made) return made;
  if (Status written = write_new_file(settings_file, settings_text(arguments.folder)); !written) return written;

  report::Output &output = context.output;
  const std::string shown = report::printable(folder);
  output.line("created " + shown + "/");
  output.line("created " + report::printable(settings_file));
  if (!output.options().quiet) {
    output.line("");
    output.line("Next:");
    output.line("  export DATABASE_URL=sqlite:///app.db   # or postgresql://…, or database_url in " +
                report::printable(settings_file));
    output.line("  migrator revision -m \"first tables\"    # writes a file into " + shown +
                "/: fill in its up and down sections");
    output.line("  migrator upgrade head                  # applies it");
  }
  output.document({{"created", {folder, settings_file}}});
  return {};
}

} // namespace migrator::commands
