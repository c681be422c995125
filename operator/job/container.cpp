// See container.h.
#include "operator/job/container.h"

#include <fmt/format.h>

#include "migrator/text/duration.h"
#include "operator/job/job.h"
#include "operator/job/places.h"

namespace controller::job {

namespace {

using api::Json;

constexpr std::string_view kProtocol = "1.0"; // what read_report() understands

// Kubernetes replaces $(NAME) in arguments and values by the variable's value, which may be a secret; a doubled $ stands for itself.
std::string literal(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '$' ? std::string("$$") : std::string(1, c);
  return out;
}

// Of a URL's path or host: everything but the unreserved characters and `kept` as %XX.
std::string percent_encoded(std::string_view text, std::string_view kept) {
  std::string out;
  for (const unsigned char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                       c == '_' || c == '~' || kept.find(static_cast<char>(c)) != std::string_view::npos;
    out += plain ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02X}", c);
  }
  return out;
}

// Collects EnvVars.
class Variables {
public:
  void value(const char *name, std::string_view text) { all_.push_back({{"name", name}, {"value", literal(text)}}); }
  void given(const char *name, const std::string &text) {
    if (!text.empty()) value(name, text);
  }
  void secret(const char *name, const std::optional<api::KeyRef> &key) {
    if (key) all_.push_back({{"name", name}, {"valueFrom", {{"secretKeyRef", {{"name", key->name}, {"key", key->key}}}}}});
  }
  Json take() { return std::move(all_); }

private:
  Json all_ = Json::array();
};

std::string migrations_folder(const api::Source &source) {
  if (source.type == api::SourceType::Runner) return source.path.empty() ? std::string(kMigrations) : source.path;
  return source.path.empty() ? std::string(kMigrations) : fmt::format("{}/{}", kMigrations, source.path);
}

void add_tls(Variables &variables, const api::Tls &tls) {
  const bool ca = tls.ca_secret || tls.ca_config_map;
  if (!tls.mode.empty() || ca) variables.value("PGSSLMODE", tls.mode.empty() ? "verify-full" : tls.mode);
  if (ca) variables.value("PGSSLROOTCERT", fmt::format("{}/ca.crt", kTls));
  if (tls.client_cert_secret_name.empty()) return;
  variables.value("PGSSLCERT", fmt::format("{}/tls.crt", kTls));
  variables.value("PGSSLKEY", fmt::format("{}/tls.key", kTls));
}

void add_database(Variables &variables, const api::Database &database) {
  if (database.type == api::DatabaseType::SQLite)
    variables.value("DATABASE_URL", fmt::format("sqlite:///{}/{}", kData, percent_encoded(database.sqlite_path, "/")));
  variables.secret("DATABASE_URL", database.url_from);
  if (database.connection) {
    const api::Connection &connection = *database.connection;
    const bool v6 = connection.host.find(':') != std::string::npos;
    variables.value("DATABASE_URL",
                    fmt::format("postgresql://{}:{}/{}", v6 ? "[" + connection.host + "]" : percent_encoded(connection.host, ""),
                                connection.port, percent_encoded(connection.name, "")));
    variables.secret("PGUSER", connection.user_from);
    variables.secret("PGPASSWORD", connection.password_from);
  }
  if (database.tls) add_tls(variables, *database.tls);
  variables.given("MIGRATOR_VERSION_SCHEMA", database.schema);
  variables.given("MIGRATOR_VERSION_TABLE", database.version_table);
  variables.secret("MIGRATOR_DIRECT_URL", database.direct_url_from);
  if (database.scratch) variables.secret("MIGRATOR_SCRATCH_URL", database.scratch->url_from);
  if (database.scratch && database.scratch->same_server) variables.value("MIGRATOR_SCRATCH", "same-server");
  if (!database.grant_read.empty())
    variables.value("MIGRATOR_GRANT_READ", fmt::format("{}", fmt::join(database.grant_read, ",")));
}

std::string_view word(api::BackupPolicy policy) {
  switch (policy) {
  case api::BackupPolicy::Always:
    return "always";
  case api::BackupPolicy::Destructive:
    return "destructive";
  case api::BackupPolicy::External:
    return "external";
  case api::BackupPolicy::Never:
    break;
  }
  return "never";
}

std::string_view word(api::Verification verification) {
  switch (verification) {
  case api::Verification::Archive:
    return "archive";
  case api::Verification::Restore:
    return "restore";
  case api::Verification::None:
    break;
  }
  return "none";
}

void add_backup(Variables &variables, const api::Backup &backup) {
  variables.value("MIGRATOR_BACKUP_POLICY", word(backup.policy));
  if (backup.policy == api::BackupPolicy::External) variables.value("MIGRATOR_BACKUP_COMMAND", Json(backup.command).dump());
  if (backup.claim.empty()) return;
  variables.value("MIGRATOR_BACKUP_FOLDER", kBackups);
  variables.value("MIGRATOR_BACKUP_VERIFY", word(backup.verify));
  variables.value("MIGRATOR_BACKUP_RETAIN", std::to_string(backup.retain));
}

} // namespace

Json arguments(const api::Migration &migration, const api::Run &run) {
  const api::Spec &spec = migration.spec;
  Json all = {"migrate", "--to", literal(run.target)};
  const auto add = [&](std::string_view flag) { all.push_back(flag); };
  const auto give = [&](std::string_view flag, std::string_view value) {
    all.push_back(flag);
    all.push_back(literal(value));
  };
  if (run.exact) add("--exact");
  if (run.allow_down) add("--allow-down");
  if (run.kind == api::RunKind::Migrate) {
    if (!run.approved_hash.empty()) give("--approved", run.approved_hash);
    if (spec.on_failure != api::OnFailure::Stop)
      give("--on-failure", spec.on_failure == api::OnFailure::Revert ? "revert" : "restore");
    if (spec.fence) add("--fence");
  } else {
    add("--dry-run");
    if (run.kind == api::RunKind::Plan && spec.plan_includes_sql) add("--report-sql");
  }
  give("--timeout", migrator::text::to_text(spec.timeout));
  give("--lock-wait", migrator::text::to_text(spec.lock_wait));
  give("--lock-timeout", migrator::text::to_text(spec.lock_timeout));
  give("--statement-timeout", migrator::text::to_text(spec.statement_timeout));
  give("--report", kReport);
  give("--log-format", "json");
  return all;
}

Json environment(const api::Migration &migration, const api::Run &run) {
  const api::Spec &spec = migration.spec;
  Variables variables;
  variables.value("MIGRATOR_PROTOCOL", kProtocol);
  variables.value("MIGRATOR_RUN_ID", run_id(migration.uid, run));
  variables.value("MIGRATOR_OWNER", fmt::format("{}/{}/{}", migration.name_space, migration.name, migration.uid));
  variables.given("MIGRATOR_ADOPT", run.requests.adopt);
  variables.value("MIGRATOR_MIGRATIONS", migrations_folder(spec.source));
  add_database(variables, spec.database);
  if (run.kind == api::RunKind::Migrate) add_backup(variables, spec.backup);
  // There is no home, and the root is read-only.
  variables.value("HOME", kTemporary);
  variables.value("TMPDIR", kTemporary);
  return variables.take();
}

} // namespace controller::job
