// Reads a pod's JSON for gate.h.
#include <algorithm>
#include <string_view>

#include "operator/gate/gate.h"

namespace controller::gate {

namespace {

// The member of an object; null if there is none of the name, or it is no object.
const api::Json &member(const api::Json &object, std::string_view name) {
  static const api::Json kNone;
  if (!object.is_object()) return kNone;
  const auto found = object.find(name);
  return found == object.end() ? kNone : *found;
}

std::string text(const api::Json &value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::string trimmed(std::string_view part) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = part.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return std::string(part.substr(begin, part.find_last_not_of(kBlanks) - begin + 1));
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    std::string part = trimmed(list.substr(begin, end - begin));
    if (!part.empty() && std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(std::move(part));
    begin = end + 1;
  }
  return parts;
}

std::string annotation(const api::Json &metadata, std::string_view name) {
  return trimmed(text(member(member(metadata, "annotations"), name)));
}

bool is_labelled(const api::Json &metadata) {
  return text(member(member(metadata, "labels"), api::kGated)) == "true";
}

std::optional<std::size_t> find_gate(const api::Json &pod) {
  const api::Json &gates = member(member(pod, "spec"), "schedulingGates");
  if (!gates.is_array()) return std::nullopt;
  for (std::size_t at = 0; at < gates.size(); ++at)
    if (text(member(gates[at], "name")) == api::kGate) return at;
  return std::nullopt;
}

} // namespace

std::optional<PodGate> read_pod_gate(const api::Json &pod) {
  const api::Json &metadata = member(pod, "metadata");
  const std::optional<std::size_t> index = find_gate(pod);
  if (!index || !is_labelled(metadata) || metadata.contains("deletionTimestamp")) return std::nullopt;
  PodGate gate;
  gate.name_space = text(member(metadata, "namespace"));
  gate.name = text(member(metadata, "name"));
  gate.uid = text(member(metadata, "uid"));
  gate.resource_version = text(member(metadata, "resourceVersion"));
  gate.index = *index;
  gate.wait_for = split(annotation(metadata, api::kWaitFor));
  gate.revision = annotation(metadata, api::kRevision);
  gate.image = annotation(metadata, api::kImage);
  return gate;
}

std::optional<reconcile::Dependent> read_dependent(const api::Json &pod, const std::string &migration) {
  const api::Json &metadata = member(pod, "metadata");
  if (!is_labelled(metadata)) return std::nullopt;
  const std::vector<std::string> wait_for = split(annotation(metadata, api::kWaitFor));
  if (std::find(wait_for.begin(), wait_for.end(), migration) == wait_for.end()) return std::nullopt;
  const std::string phase = text(member(member(pod, "status"), "phase"));
  if (phase == "Succeeded" || phase == "Failed") return std::nullopt;
  return reconcile::Dependent{text(member(metadata, "name")), annotation(metadata, api::kRevision),
                              annotation(metadata, api::kImage), find_gate(pod).has_value()};
}

} // namespace controller::gate
