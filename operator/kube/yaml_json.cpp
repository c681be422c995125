// See yaml_json.h.
#include "operator/kube/yaml_json.h"

#include <string>

#include <yaml-cpp/yaml.h>

namespace controller::kube {

namespace {

constexpr int kDeepest = 64;
constexpr int kMostNodes = 10'000;

// Untagged and unquoted text gets the type that YAML 1.2's JSON schema gives it; the tag "!" is the library's for quoted text.
nlohmann::json scalar_of(const YAML::Node &node) {
  const std::string &text = node.Scalar();
  if (node.Tag() == "!") return text;
  const nlohmann::json parsed = nlohmann::json::parse(text, nullptr, false);
  return parsed.is_boolean() || parsed.is_number() ? parsed : nlohmann::json(text);
}

nlohmann::json convert(const YAML::Node &node, int depth, int &nodes) {
  if (!node || node.IsNull() || depth > kDeepest || ++nodes > kMostNodes) return nullptr;
  if (node.IsScalar()) return scalar_of(node);
  if (node.IsSequence()) {
    nlohmann::json array = nlohmann::json::array();
    for (const YAML::Node &item : node) array.push_back(convert(item, depth + 1, nodes));
    return array;
  }
  nlohmann::json object = nlohmann::json::object();
  for (const auto &pair : node)
    if (pair.first.IsScalar()) object[pair.first.Scalar()] = convert(pair.second, depth + 1, nodes);
  return object;
}

} // namespace

nlohmann::json json_of(const YAML::Node &node) {
  int nodes = 0;
  nlohmann::json json = convert(node, 0, nodes);
  return nodes > kMostNodes ? nlohmann::json() : json;
}

} // namespace controller::kube
