// See template_fields.h.
#include "operator/job/template_fields.h"

#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace controller::job {

namespace {

using api::Json;
using api::Malformed;

enum class Kind : std::uint8_t { Text, Number, Flag, Quantity, Anything, Texts, Numbers, TextMap, QuantityMap, Object, Objects };

struct Shape {
  Kind kind = Kind::Text;
  std::map<std::string, Shape> fields; // of Object and Objects
};

const Shape kText{Kind::Text, {}};
const Shape kNumber{Kind::Number, {}};
const Shape kFlag{Kind::Flag, {}};
const Shape kTexts{Kind::Texts, {}};
const Shape kTextMap{Kind::TextMap, {}};

Shape object(std::map<std::string, Shape> fields) {
  return {Kind::Object, std::move(fields)};
}

Shape objects(std::map<std::string, Shape> fields) {
  return {Kind::Objects, std::move(fields)};
}

Shape volume_shape() {
  const Shape items = objects({{"key", kText}, {"path", kText}, {"mode", kNumber}});
  return objects({
      {"name", kText},
      {"configMap", object({{"name", kText}, {"items", items}, {"defaultMode", kNumber}, {"optional", kFlag}})},
      {"secret", object({{"secretName", kText}, {"items", items}, {"defaultMode", kNumber}, {"optional", kFlag}})},
      {"emptyDir", object({{"medium", kText}, {"sizeLimit", {Kind::Quantity, {}}}})},
      {"persistentVolumeClaim", object({{"claimName", kText}, {"readOnly", kFlag}})},
      {"csi", object({{"driver", kText},
                      {"readOnly", kFlag},
                      {"fsType", kText},
                      {"volumeAttributes", kTextMap},
                      {"nodePublishSecretRef", object({{"name", kText}})}})},
      {"image", object({{"reference", kText}, {"pullPolicy", kText}})},
  });
}

Shape container_shape() {
  const Shape key = object({{"name", kText}, {"key", kText}, {"optional", kFlag}});
  const Shape source = object({{"name", kText}, {"optional", kFlag}});
  const Shape quantities{Kind::QuantityMap, {}};
  return objects({
      {"name", kText},
      {"env", objects({{"name", kText},
                       {"value", kText},
                       {"valueFrom", object({{"secretKeyRef", key},
                                             {"configMapKeyRef", key},
                                             {"fieldRef", object({{"apiVersion", kText}, {"fieldPath", kText}})}})}})},
      {"envFrom", objects({{"prefix", kText}, {"secretRef", source}, {"configMapRef", source}})},
      {"resources", object({{"requests", quantities}, {"limits", quantities}})},
      {"volumeMounts", objects({{"name", kText}, {"mountPath", kText}, {"subPath", kText}, {"readOnly", kFlag}})},
  });
}

Shape template_shape() {
  return object({
      {"metadata", object({{"labels", kTextMap}, {"annotations", kTextMap}})},
      {"spec",
       object({
           {"containers", container_shape()},
           {"volumes", volume_shape()},
           {"serviceAccountName", kText},
           {"nodeSelector", kTextMap},
           {"affinity", {Kind::Anything, {}}},
           {"tolerations",
            objects({{"key", kText}, {"operator", kText}, {"value", kText}, {"effect", kText}, {"tolerationSeconds", kNumber}})},
           {"priorityClassName", kText},
           {"runtimeClassName", kText},
           {"schedulerName", kText},
           {"hostAliases", objects({{"ip", kText}, {"hostnames", kTexts}})},
           {"dnsPolicy", kText},
           {"dnsConfig",
            object({{"nameservers", kTexts}, {"searches", kTexts}, {"options", objects({{"name", kText}, {"value", kText}})}})},
           {"securityContext", object({{"runAsUser", kNumber},
                                       {"runAsGroup", kNumber},
                                       {"fsGroup", kNumber},
                                       {"fsGroupChangePolicy", kText},
                                       {"supplementalGroups", {Kind::Numbers, {}}}})},
       })},
  });
}

// What people ask for most that is never given, and why.
std::string_view reason_against(std::string_view field) {
  struct Refusal {
    std::string_view field;
    std::string_view reason;
  };
  constexpr std::string_view kHost = "The runner never shares the node's files or namespaces. Leave it out.";
  constexpr std::string_view kRights =
      "The runner's container always runs with the restricted Pod Security Standard's settings. Leave it out.";
  constexpr std::string_view kToken = "The runner never gets a token of the Kubernetes API. Leave it out.";
  static constexpr Refusal kRefusals[] = {
      {"hostPath", kHost},          {"hostNetwork", kHost},
      {"hostPID", kHost},           {"hostIPC", kHost},
      {"hostUsers", kHost},         {"hostPort", kHost},
      {"hostname", kHost},          {"privileged", kRights},
      {"capabilities", kRights},    {"allowPrivilegeEscalation", kRights},
      {"procMount", kRights},       {"seccompProfile", kRights},
      {"runAsNonRoot", kRights},    {"readOnlyRootFilesystem", kRights},
      {"securityContext", kRights}, {"automountServiceAccountToken", kToken},
      {"projected", kToken},
  };
  for (const Refusal &refusal : kRefusals)
    if (refusal.field == field) return refusal.reason;
  return {};
}

using Fault = std::optional<Malformed>;

Fault wrong(const std::string &path, std::string_view must_be) {
  return Malformed{path, fmt::format("This must be {}.", must_be)};
}

Fault fault_in(const Json &value, const Shape &shape, const std::string &path);

Fault fault_in_fields(const Json &value, const Shape &shape, const std::string &path) {
  if (!value.is_object()) return wrong(path, "an object");
  for (const auto &[key, member] : value.items()) {
    const std::string where = fmt::format("{}.{}", path, key);
    const auto known = shape.fields.find(key);
    if (known != shape.fields.end()) {
      if (Fault fault = fault_in(member, known->second, where)) return fault;
      continue;
    }
    if (const std::string_view reason = reason_against(key); !reason.empty()) return Malformed{where, std::string(reason)};
    std::string names;
    for (const auto &[name, unused] : shape.fields) names += (names.empty() ? "" : ", ") + name;
    return Malformed{where, fmt::format("A pod template cannot set this. It may have: {}.", names)};
  }
  return std::nullopt;
}

template <typename Fits>
Fault fault_unless_all(const Json &value, bool container, Fits fits, const std::string &path, std::string_view must_be) {
  if (!container) return wrong(path, must_be);
  for (const Json &each : value)
    if (!fits(each)) return wrong(path, must_be);
  return std::nullopt;
}

bool is_quantity(const Json &value) {
  return value.is_string() || value.is_number();
}

Fault fault_in(const Json &value, const Shape &shape, const std::string &path) {
  const auto is_text = [](const Json &each) { return each.is_string(); };
  const auto is_number = [](const Json &each) { return each.is_number_integer(); };
  switch (shape.kind) {
  case Kind::Text:
    return value.is_string() ? std::nullopt : wrong(path, "a text");
  case Kind::Number:
    return value.is_number_integer() ? std::nullopt : wrong(path, "a whole number");
  case Kind::Flag:
    return value.is_boolean() ? std::nullopt : wrong(path, "true or false");
  case Kind::Quantity:
    return is_quantity(value) ? std::nullopt : wrong(path, "a quantity");
  case Kind::Anything:
    return value.is_object() ? std::nullopt : wrong(path, "an object");
  case Kind::Texts:
    return fault_unless_all(value, value.is_array(), is_text, path, "a list of texts");
  case Kind::Numbers:
    return fault_unless_all(value, value.is_array(), is_number, path, "a list of whole numbers");
  case Kind::TextMap:
    return fault_unless_all(value, value.is_object(), is_text, path, "a map of texts");
  case Kind::QuantityMap:
    return fault_unless_all(value, value.is_object(), is_quantity, path, "a map of quantities");
  case Kind::Object:
    return fault_in_fields(value, shape, path);
  case Kind::Objects:
    break;
  }
  if (!value.is_array()) return wrong(path, "a list");
  for (std::size_t at = 0; at < value.size(); ++at)
    if (Fault fault = fault_in_fields(value[at], shape, fmt::format("{}[{}]", path, at))) return fault;
  return std::nullopt;
}

} // namespace

std::optional<Malformed> unknown_field(const Json &pod_template) {
  static const Shape shape = template_shape();
  return fault_in(pod_template, shape, "spec.podTemplate");
}

} // namespace controller::job
