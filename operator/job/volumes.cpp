// See volumes.h.
#include "operator/job/volumes.h"

#include "operator/job/places.h"

namespace controller::job {

namespace {

using api::Json;

// Certificates and keys: root's and the pod's group, who may read. libpq takes a key that the group can read only if it is root's, at
// most 0640; so it is here, for a volume's files are root's and fsGroup makes the group 10001.
constexpr int kReadableByGroup = 0440;

void add(Mounts &all, std::string_view name, Json volume, std::string_view path, bool read_only) {
  const std::string whole = std::string(kVolumePrefix) + std::string(name);
  volume["name"] = whole;
  all.volumes.push_back(std::move(volume));
  Json mount = {{"name", whole}, {"mountPath", path}};
  if (read_only) mount["readOnly"] = true;
  all.mounts.push_back(std::move(mount));
}

Json claim(const std::string &name, bool read_only = false) {
  Json volume = {{"persistentVolumeClaim", {{"claimName", name}}}};
  if (read_only) volume["persistentVolumeClaim"]["readOnly"] = true;
  return volume;
}

void add_source(Mounts &all, const api::Source &source) {
  switch (source.type) {
  case api::SourceType::Runner:
    return;
  case api::SourceType::ConfigMap:
    return add(all, "source", {{"configMap", {{"name", source.name}}}}, kMigrations, true);
  case api::SourceType::ImageVolume: {
    Json image = {{"reference", source.image}};
    if (!source.pull_policy.empty()) image["pullPolicy"] = source.pull_policy;
    return add(all, "source", {{"image", std::move(image)}}, kMigrations, true);
  }
  case api::SourceType::PersistentVolumeClaim:
    return add(all, "source", claim(source.name, true), kMigrations, true);
  }
}

Json items(std::initializer_list<std::pair<std::string, const char *>> files) {
  Json all = Json::array();
  for (const auto &[key, path] : files) all.push_back({{"key", key}, {"path", path}});
  return all;
}

void add_tls(Mounts &all, const api::Tls &tls) {
  Json sources = Json::array();
  if (tls.ca_secret)
    sources.push_back({{"secret", {{"name", tls.ca_secret->name}, {"items", items({{tls.ca_secret->key, "ca.crt"}})}}}});
  if (tls.ca_config_map)
    sources.push_back(
        {{"configMap", {{"name", tls.ca_config_map->name}, {"items", items({{tls.ca_config_map->key, "ca.crt"}})}}}});
  if (!tls.client_cert_secret_name.empty())
    sources.push_back(
        {{"secret",
          {{"name", tls.client_cert_secret_name}, {"items", items({{"tls.crt", "tls.crt"}, {"tls.key", "tls.key"}})}}}});
  if (!sources.empty())
    add(all, "tls", {{"projected", {{"sources", std::move(sources)}, {"defaultMode", kReadableByGroup}}}}, kTls, true);
}

} // namespace

Mounts mounts_for(const api::Migration &migration, const api::Run &run) {
  const api::Spec &spec = migration.spec;
  Mounts all;
  add(all, "tmp", {{"emptyDir", Json::object()}}, kTemporary, false);
  add_source(all, spec.source);
  if (spec.database.type == api::DatabaseType::SQLite) add(all, "data", claim(spec.database.sqlite_claim), kData, false);
  if (spec.database.tls) add_tls(all, *spec.database.tls);
  if (run.kind == api::RunKind::Migrate && !spec.backup.claim.empty())
    add(all, "backups", claim(spec.backup.claim), kBackups, false);
  return all;
}

} // namespace controller::job
