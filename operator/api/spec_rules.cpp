// The rules between fields that crds/migrations.yaml writes in CEL, once more and in the same words: an object may have been stored under an
// older CRD. See spec_json.h.
#include <algorithm>
#include <string>
#include <string_view>

#include "migrator/script/names.h"
#include "operator/api/limits.h"
#include "operator/api/spec_json.h"

namespace controller::api {

namespace {

constexpr int kLongestMigrationName = 52;

std::vector<std::string_view> parts(std::string_view text, char separator) {
  std::vector<std::string_view> all;
  while (true) {
    const std::size_t end = text.find(separator);
    all.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return all;
    text.remove_prefix(end + 1);
  }
}

bool head_like(std::string_view target) {
  return target == "head" || target == "heads" || target.find('@') != std::string_view::npos;
}

bool possible_target(std::string_view target) {
  const std::size_t at = target.find('@');
  if (at == std::string_view::npos) return migrator::script::is_id_shaped(target) && target != "current" && target != "none";
  return migrator::script::is_label_shaped(target.substr(0, at)) &&
         (target.substr(at + 1) == "head" || target.substr(at + 1) == "heads");
}

// A path in a volume that leads nowhere else.
bool inside_volume(std::string_view path) {
  const auto segments = parts(path, '/');
  return path.size() <= kLongestPath && std::none_of(segments.begin(), segments.end(), [](std::string_view part) {
           return part.empty() || part == "." || part == "..";
         });
}

bool possible_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char letter) {
    return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') ||
           std::string_view("._:-").find(letter) != std::string_view::npos;
  });
}

using Fault = std::optional<Malformed>;

Fault broken_if(bool broken, std::string field, std::string message) {
  if (!broken) return std::nullopt;
  return Malformed{std::move(field), std::move(message)};
}

Fault in_target(const Spec &spec) {
  const auto targets = parts(spec.target, ',');
  if (auto fault = broken_if(
          spec.target.size() > kLongestTarget || !std::all_of(targets.begin(), targets.end(), possible_target), "spec.target",
          "target must be head, heads, base, a whole revision id or LABEL@head, several parted by commas without "
          "blanks; relative targets like +1, -1 or ID+1 are not possible here"))
    return fault;
  return broken_if(
      spec.exact && std::any_of(targets.begin(), targets.end(), head_like), "spec.exact",
      "exact: true needs explicit targets, revision ids or base: head, heads and LABEL@head never take anything away");
}

Fault in_source(const Source &source) {
  const auto inside = [&source](const char *field) {
    return broken_if(!source.path.empty() && !inside_volume(source.path), field,
                     "path must lie inside the volume: without a leading /, without . and ..");
  };
  switch (source.type) {
  case SourceType::Runner: {
    const auto segments = parts(source.path, '/');
    const bool up = std::find(segments.begin(), segments.end(), "..") != segments.end();
    return broken_if(!source.path.empty() && (source.path.front() != '/' || up), "spec.source.runner.path",
                     "path must be absolute, without ..");
  }
  case SourceType::ConfigMap:
    return broken_if(source.name.empty(), "spec.source", "type: ConfigMap needs configMap, and no other source");
  case SourceType::ImageVolume:
    if (auto fault = broken_if(source.image.empty(), "spec.source", "type: ImageVolume needs imageVolume, and no other source"))
      return fault;
    return inside("spec.source.imageVolume.path");
  case SourceType::PersistentVolumeClaim:
    if (auto fault = broken_if(source.name.empty(), "spec.source",
                               "type: PersistentVolumeClaim needs persistentVolumeClaim, and no other source"))
      return fault;
    return inside("spec.source.persistentVolumeClaim.path");
  }
  return std::nullopt;
}

Fault in_postgresql(const Database &database) {
  if (auto fault = broken_if(database.url_from.has_value() == database.connection.has_value(), "spec.database",
                             "type: PostgreSQL needs exactly one of urlFrom and connection"))
    return fault;
  if (database.connection) {
    const Connection &connection = *database.connection;
    if (auto fault = broken_if(connection.host.empty() || connection.name.empty() || !connection.user_from,
                               "spec.database.connection", "connection needs host, name and userFrom"))
      return fault;
    if (auto fault = broken_if(!possible_host(connection.host), "spec.database.connection.host",
                               "host must be a host name or an address, without user, port and /"))
      return fault;
  }
  if (database.tls) {
    const bool ca = database.tls->ca_secret || database.tls->ca_config_map;
    if (auto fault = broken_if(database.tls->ca_secret && database.tls->ca_config_map, "spec.database.tls.caFrom",
                               "caFrom needs exactly one of secretKeyRef and configMapKeyRef"))
      return fault;
    if (auto fault = broken_if(database.tls->mode.starts_with("verify-") && !ca, "spec.database.tls",
                               "mode: verify-ca and verify-full need caFrom, the certificate to verify against"))
      return fault;
  }
  for (std::size_t index = 0; index < database.grant_read.size(); ++index) {
    if (auto fault =
            broken_if(database.grant_read[index].find(',') != std::string::npos,
                      "spec.database.grantRead[" + std::to_string(index) + "]", "a role's name cannot hold a comma here"))
      return fault;
  }
  return broken_if(database.scratch && database.scratch->url_from.has_value() == database.scratch->same_server,
                   "spec.database.scratch", "scratch needs exactly one of urlFrom and sameServer: true");
}

Fault in_sqlite(const Database &database) {
  if (auto fault =
          broken_if(database.sqlite_claim.empty(), "spec.database", "type: SQLite needs sqlite, the volume and the file in it"))
    return fault;
  if (auto fault = broken_if(!inside_volume(database.sqlite_path), "spec.database.sqlite.path",
                             "path must name a file inside the volume: without a leading /, without . and .."))
    return fault;
  return broken_if(database.url_from || database.connection || database.tls || database.direct_url_from || database.scratch ||
                       !database.schema.empty() || !database.grant_read.empty(),
                   "spec.database",
                   "type: SQLite takes none of urlFrom, connection, tls, schema, directUrlFrom, scratch and grantRead");
}

Fault in_backup(const Spec &spec) {
  const Backup &backup = spec.backup;
  const bool own = backup.policy == BackupPolicy::Always || backup.policy == BackupPolicy::Destructive;
  if (auto fault = broken_if(own && backup.claim.empty(), "spec.backup",
                             "policy: Always and Destructive need volume, where backups are kept"))
    return fault;
  if (auto fault = broken_if((backup.policy == BackupPolicy::External) == backup.command.empty(), "spec.backup",
                             "command belongs to policy: External, which needs it"))
    return fault;
  if (auto fault = broken_if(own && backup.verify == Verification::Restore && spec.database.type == DatabaseType::PostgreSQL &&
                                 !spec.database.scratch,
                             "spec", "backup.verify: Restore needs database.scratch, a place to load the backup into"))
    return fault;
  if (auto fault = broken_if(
          spec.downgrade == Downgrade::Allow && backup.policy == BackupPolicy::Never, "spec",
          "downgrade: Allow needs a backup policy other than Never; write downgrade: Approve or Deny to go without backups"))
    return fault;
  if (auto fault = broken_if(spec.on_failure == OnFailure::Restore && !spec.fence, "spec",
                             "onFailure: Restore needs fence: true: without it, what others commit during the run would be lost"))
    return fault;
  return broken_if(spec.on_failure == OnFailure::Restore && !own, "spec",
                   "onFailure: Restore needs backup.policy Always or Destructive, a backup that the runner can put back");
}

Fault in_times(const Spec &spec) {
  if (auto fault = broken_if(spec.interval.count() != 0 && spec.interval < std::chrono::minutes(1), "spec.interval",
                             "interval must be 0s (never) or from 1m to 576h"))
    return fault;
  return broken_if(spec.timeout < std::chrono::seconds(1), "spec.timeout", "timeout must be from 1s to 576h");
}

} // namespace

std::optional<Malformed> broken_name(std::string_view name) {
  return broken_if(name.size() > kLongestMigrationName, "metadata.name",
                   "metadata.name must be at most 52 characters, for Jobs are named after it");
}

std::optional<Malformed> first_broken_rule(const Spec &spec) {
  if (auto fault = in_target(spec)) return fault;
  if (auto fault = in_source(spec.source)) return fault;
  if (auto fault = spec.database.type == DatabaseType::SQLite ? in_sqlite(spec.database) : in_postgresql(spec.database))
    return fault;
  if (auto fault = in_backup(spec)) return fault;
  return in_times(spec);
}

} // namespace controller::api
