// What every object of the API server tells about itself: name, version, uid. Pure.
#pragma once

#include <string>
#include <string_view>

#include "operator/kube/client.h"

namespace controller::watch {

// metadata.namespace and metadata.name; empty strings where they are missing.
kube::ObjectName name_of(const kube::Json &object);
// metadata.resourceVersion, an opaque text: to be compared for equality and sent back, nothing else. Empty: missing.
std::string version_of(const kube::Json &object);
// A text below metadata ("uid"); empty: missing.
std::string metadata_text(const kube::Json &object, std::string_view key);

} // namespace controller::watch
