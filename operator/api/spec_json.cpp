// See spec_json.h.
#include "operator/api/spec_json.h"

#include <limits>

namespace controller::api {

namespace {

constexpr Word<SourceType> kSourceTypes[] = {{SourceType::Runner, "Runner"},
                                             {SourceType::ConfigMap, "ConfigMap"},
                                             {SourceType::ImageVolume, "ImageVolume"},
                                             {SourceType::PersistentVolumeClaim, "PersistentVolumeClaim"}};
constexpr Word<DatabaseType> kDatabaseTypes[] = {{DatabaseType::PostgreSQL, "PostgreSQL"}, {DatabaseType::SQLite, "SQLite"}};
constexpr Word<BackupPolicy> kPolicies[] = {{BackupPolicy::Always, "Always"},
                                            {BackupPolicy::Destructive, "Destructive"},
                                            {BackupPolicy::External, "External"},
                                            {BackupPolicy::Never, "Never"}};
constexpr Word<Verification> kVerifications[] = {
    {Verification::Archive, "Archive"}, {Verification::Restore, "Restore"}, {Verification::None, "None"}};
constexpr Word<Approval> kApprovals[] = {
    {Approval::Automatic, "Automatic"}, {Approval::Destructive, "Destructive"}, {Approval::Manual, "Manual"}};
constexpr Word<Downgrade> kDowngrades[] = {
    {Downgrade::Allow, "Allow"}, {Downgrade::Approve, "Approve"}, {Downgrade::Deny, "Deny"}};
constexpr Word<OnFailure> kOnFailures[] = {
    {OnFailure::Stop, "Stop"}, {OnFailure::Revert, "Revert"}, {OnFailure::Restore, "Restore"}};

std::optional<KeyRef> read_key(JsonReader &from, std::string_view member) {
  auto reference = from.object(member);
  if (!reference) return std::nullopt;
  KeyRef key;
  reference->text("name", key.name);
  reference->text("key", key.key);
  if (key.name.empty()) reference->fail("name", "This is required.");
  if (key.key.empty()) reference->fail("key", "This is required.");
  return key;
}

std::optional<KeyRef> read_secret_key(JsonReader &object, std::string_view member) {
  auto from = object.object(member);
  if (!from) return std::nullopt;
  auto key = read_key(*from, "secretKeyRef");
  if (!key) from->fail("secretKeyRef", "This is required.");
  return key;
}

std::string read_claim(JsonReader &object, std::string_view member) {
  std::string claim;
  if (auto volume = object.object(member))
    if (auto reference = volume->object("persistentVolumeClaim")) reference->text("claimName", claim);
  return claim;
}

Runner read_runner(JsonReader &runner) {
  Runner read;
  runner.text("image", read.image);
  runner.text("imagePullPolicy", read.image_pull_policy);
  for (JsonReader &secret : runner.objects("imagePullSecrets")) secret.text("name", read.image_pull_secrets.emplace_back());
  return read;
}

Source read_source(JsonReader &source) {
  Source read;
  source.word<SourceType>("type", kSourceTypes, read.type);
  switch (read.type) {
  case SourceType::Runner:
    if (auto member = source.object("runner")) member->text("path", read.path);
    break;
  case SourceType::ConfigMap:
    if (auto member = source.object("configMap")) member->text("name", read.name);
    break;
  case SourceType::ImageVolume:
    if (auto member = source.object("imageVolume")) {
      member->text("reference", read.image);
      member->text("pullPolicy", read.pull_policy);
      member->text("path", read.path);
    }
    break;
  case SourceType::PersistentVolumeClaim:
    if (auto member = source.object("persistentVolumeClaim")) {
      member->text("claimName", read.name);
      member->text("path", read.path);
    }
    break;
  }
  return read;
}

Connection read_connection(JsonReader &connection) {
  Connection read;
  connection.text("host", read.host);
  connection.integer("port", read.port, 1, 65'535);
  connection.text("name", read.name);
  read.user_from = read_secret_key(connection, "userFrom");
  read.password_from = read_secret_key(connection, "passwordFrom");
  return read;
}

Tls read_tls(JsonReader &tls) {
  Tls read;
  tls.text("mode", read.mode);
  if (auto ca = tls.object("caFrom")) {
    read.ca_secret = read_key(*ca, "secretKeyRef");
    read.ca_config_map = read_key(*ca, "configMapKeyRef");
  }
  tls.text("clientCertSecretName", read.client_cert_secret_name);
  return read;
}

Database read_database(JsonReader &database) {
  Database read;
  database.word<DatabaseType>("type", kDatabaseTypes, read.type);
  read.url_from = read_secret_key(database, "urlFrom");
  if (auto connection = database.object("connection")) read.connection = read_connection(*connection);
  if (auto tls = database.object("tls")) read.tls = read_tls(*tls);
  database.text("schema", read.schema);
  database.text("versionTable", read.version_table);
  if (auto sqlite = database.object("sqlite")) {
    read.sqlite_claim = read_claim(*sqlite, "volume");
    sqlite->text("path", read.sqlite_path);
  }
  read.direct_url_from = read_secret_key(database, "directUrlFrom");
  if (auto scratch = database.object("scratch")) {
    read.scratch.emplace();
    read.scratch->url_from = read_secret_key(*scratch, "urlFrom");
    scratch->flag("sameServer", read.scratch->same_server);
  }
  database.texts("grantRead", read.grant_read);
  return read;
}

Backup read_backup(JsonReader &backup) {
  Backup read;
  if (backup.member("policy") == nullptr)
    backup.fail("policy", "This is required. Write Always, Destructive, External or Never.");
  backup.word<BackupPolicy>("policy", kPolicies, read.policy);
  read.claim = read_claim(backup, "volume");
  backup.texts("command", read.command);
  backup.integer("retain", read.retain, 1, 100'000);
  backup.word<Verification>("verify", kVerifications, read.verify);
  return read;
}

} // namespace

Spec read_spec(JsonReader &spec) {
  Spec read;
  spec.text("target", read.target);
  spec.flag("exact", read.exact);
  if (auto runner = spec.object("runner")) read.runner = read_runner(*runner);
  if (auto source = spec.object("source")) read.source = read_source(*source);
  if (auto database = spec.object("database"))
    read.database = read_database(*database);
  else
    spec.fail("database", "This is required.");
  if (auto backup = spec.object("backup"))
    read.backup = read_backup(*backup);
  else
    spec.fail("backup", "This is required.");
  spec.word<Approval>("approval", kApprovals, read.approval);
  spec.word<Downgrade>("downgrade", kDowngrades, read.downgrade);
  spec.word<OnFailure>("onFailure", kOnFailures, read.on_failure);
  spec.flag("fence", read.fence);
  if (auto plan = spec.object("plan")) plan->flag("includeSQL", read.plan_includes_sql);
  spec.duration("interval", read.interval);
  spec.flag("suspend", read.suspend);
  spec.duration("timeout", read.timeout);
  if (auto retry = spec.object("retry")) retry->duration("deadline", read.retry_deadline);
  spec.duration("lockWait", read.lock_wait);
  spec.duration("lockTimeout", read.lock_timeout);
  spec.duration("statementTimeout", read.statement_timeout);
  if (const Json *pod_template = spec.member("podTemplate")) {
    if (pod_template->is_object())
      read.pod_template = *pod_template;
    else
      spec.fail("podTemplate", "This must be an object.");
  }
  return read;
}

} // namespace controller::api
