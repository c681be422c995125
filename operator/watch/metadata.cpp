// See metadata.h.
#include "operator/watch/metadata.h"

namespace controller::watch {

std::string metadata_text(const kube::Json &object, std::string_view key) {
  if (!object.is_object()) return {};
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object()) return {};
  const auto value = metadata->find(std::string(key));
  return value != metadata->end() && value->is_string() ? value->get<std::string>() : std::string();
}

kube::ObjectName name_of(const kube::Json &object) {
  return {metadata_text(object, "namespace"), metadata_text(object, "name")};
}

std::string version_of(const kube::Json &object) {
  return metadata_text(object, "resourceVersion");
}

} // namespace controller::watch
