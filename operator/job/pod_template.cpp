// See pod_template.h.
#include "operator/job/pod_template.h"

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "operator/job/places.h"
#include "operator/job/template_fields.h"

namespace controller::job {

namespace {

using api::Json;
using api::Malformed;
using Fault = std::optional<Malformed>;

const Json &member(const Json &object, const char *key) {
  static const Json kNone;
  const auto found = object.find(key);
  return found == object.end() ? kNone : *found;
}

std::string text_of(const Json &object, const char *key) {
  const Json &value = member(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

bool is_own_variable(std::string_view name) {
  if (name.starts_with("MIGRATOR_")) return true;
  for (const std::string_view own : {"DATABASE_URL", "DATABASE_URL_FILE", "PGUSER", "PGPASSWORD", "PGSSLMODE", "PGSSLROOTCERT",
                                     "PGSSLCERT", "PGSSLKEY", "HOME", "TMPDIR"})
    if (name == own) return true;
  return false;
}

// Whether a mount there would cover, or lie in, what the operator mounts or the system needs.
bool is_own_place(std::string_view path) {
  if (path == "/" || !path.starts_with('/') || path.find("/../") != std::string_view::npos || path.ends_with("/..") ||
      path.find("//") != std::string_view::npos || path.find("/./") != std::string_view::npos)
    return true;
  for (const std::string_view own : {kMigrations, kBackups, kData, kTemporary, std::string_view("/etc/migrator"),
                                     std::string_view("/dev"), std::string_view("/proc"), std::string_view("/sys")})
    if (path == own || (path.starts_with(own) && path[own.size()] == '/')) return true;
  return false;
}

Fault fault_of_container(const Json &container, const std::string &path) {
  if (text_of(container, "name") != kContainer)
    return Malformed{path + ".name", "Only the container migrator can be changed. Write name: migrator."};
  const Json &variables = member(container, "env");
  for (std::size_t at = 0; at < variables.size(); ++at)
    if (const std::string name = text_of(variables[at], "name"); name.empty() || is_own_variable(name))
      return Malformed{fmt::format("{}.env[{}].name", path, at),
                       "This variable is the operator's: what it says is set by a field of spec."};
  const Json &mounts = member(container, "volumeMounts");
  for (std::size_t at = 0; at < mounts.size(); ++at) {
    if (is_own_place(text_of(mounts[at], "mountPath")))
      return Malformed{fmt::format("{}.volumeMounts[{}].mountPath", path, at),
                       "This must be an absolute path outside /migrations, /backups, /data, /tmp, /etc/migrator, /dev, /proc and "
                       "/sys, which are the "
                       "operator's."};
  }
  return std::nullopt;
}

Fault fault_of_volumes(const Json &volumes) {
  for (std::size_t at = 0; at < volumes.size(); ++at) {
    const std::string name = text_of(volumes[at], "name");
    const std::string path = fmt::format("spec.podTemplate.spec.volumes[{}]", at);
    if (name.empty() || name.starts_with(kVolumePrefix))
      return Malformed{path + ".name", "Names of volumes that begin with migrator- are the operator's. Choose another."};
    if (volumes[at].size() != 2)
      return Malformed{path, "A volume needs exactly one of configMap, secret, emptyDir, persistentVolumeClaim, csi and image."};
  }
  return std::nullopt;
}

Fault fault_of_ids(const Json &context) {
  const std::string path = "spec.podTemplate.spec.securityContext.";
  constexpr const char *kRoot = "The runner never runs as root, nor in its group. Write an id from 1, or leave it out for 10001.";
  for (const char *field : {"runAsUser", "runAsGroup", "fsGroup"})
    if (const Json &id = member(context, field); id.is_number() && id.get<std::int64_t>() < 1)
      return Malformed{path + field, kRoot};
  for (const Json &id : member(context, "supplementalGroups"))
    if (id.get<std::int64_t>() < 1) return Malformed{path + "supplementalGroups", kRoot};
  return std::nullopt;
}

Fault fault_of_metadata(const Json &metadata) {
  for (const char *map : {"labels", "annotations"})
    for (const auto &[key, value] : member(metadata, map).items())
      if (key.starts_with("migrator.dev/") || key.starts_with("batch.kubernetes.io/") || key == "app.kubernetes.io/managed-by" ||
          key == "job-name" || key == "controller-uid")
        return Malformed{fmt::format("spec.podTemplate.metadata.{}.{}", map, key), "This is the operator's. Leave it out."};
  return std::nullopt;
}

// Adds each of `more`, or puts it in the place of the one with the same `key`.
void merge_by(Json &list, const Json &more, const char *key) {
  for (const Json &each : more) {
    bool replaced = false;
    for (Json &present : list)
      if (member(present, key) == member(each, key)) {
        present = each;
        replaced = true;
      }
    if (!replaced) list.push_back(each);
  }
}

void append(Json &list, const Json &more) {
  for (const Json &each : more) list.push_back(each);
}

// A default of the operator's would contradict the template's word on the same resource, so it goes.
void merge_resources(Json &resources, const Json &wanted) {
  for (const char *side : {"requests", "limits"}) {
    const char *other = side == std::string_view("requests") ? "limits" : "requests";
    for (const auto &[name, quantity] : member(wanted, side).items()) {
      resources[side][name] = quantity;
      if (!member(wanted, other).contains(name)) resources[other].erase(name);
    }
  }
}

void merge_container(Json &container, const Json &wanted) {
  merge_by(container["env"], member(wanted, "env"), "name");
  if (const Json &sources = member(wanted, "envFrom"); !sources.empty()) append(container["envFrom"], sources);
  merge_by(container["volumeMounts"], member(wanted, "volumeMounts"), "mountPath");
  merge_resources(container["resources"], member(wanted, "resources"));
}

} // namespace

std::optional<Malformed> fault_of(const Json &pod_template) {
  if (Fault fault = unknown_field(pod_template)) return fault;
  if (Fault fault = fault_of_metadata(member(pod_template, "metadata"))) return fault;
  const Json &spec = member(pod_template, "spec");
  const Json &containers = member(spec, "containers");
  for (std::size_t at = 0; at < containers.size(); ++at)
    if (Fault fault = fault_of_container(containers[at], fmt::format("spec.podTemplate.spec.containers[{}]", at))) return fault;
  if (Fault fault = fault_of_volumes(member(spec, "volumes"))) return fault;
  return fault_of_ids(member(spec, "securityContext"));
}

void merge_pod_template(Json &pod, const Json &pod_template) {
  const Json &metadata = member(pod_template, "metadata");
  for (const char *map : {"labels", "annotations"})
    for (const auto &[key, value] : member(metadata, map).items()) pod["metadata"][map][key] = value;
  const Json &wanted = member(pod_template, "spec");
  Json &spec = pod["spec"];
  for (const Json &container : member(wanted, "containers")) merge_container(spec["containers"][0], container);
  merge_by(spec["volumes"], member(wanted, "volumes"), "name");
  for (const auto &[key, value] : member(wanted, "securityContext").items()) spec["securityContext"][key] = value;
  for (const auto &[key, value] : member(wanted, "nodeSelector").items()) spec["nodeSelector"][key] = value;
  if (const Json &tolerations = member(wanted, "tolerations"); !tolerations.empty()) append(spec["tolerations"], tolerations);
  if (const Json &aliases = member(wanted, "hostAliases"); !aliases.empty()) merge_by(spec["hostAliases"], aliases, "ip");
  for (const char *field :
       {"serviceAccountName", "affinity", "priorityClassName", "runtimeClassName", "schedulerName", "dnsPolicy", "dnsConfig"})
    if (const Json &value = member(wanted, field); !value.is_null()) spec[field] = value;
}

} // namespace controller::job
