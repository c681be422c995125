// YAML of any shape as JSON, for what is handed on unread. Pure.
#pragma once

#include <nlohmann/json.hpp>

namespace YAML {
class Node;
}

namespace controller::kube {

// Plain true, false, null and numbers as such, all else as text; null for what is nested more than 64 deep, and for all of what has more than 10,000
// nodes, aliases counted wherever they stand.
nlohmann::json json_of(const YAML::Node &node);

} // namespace controller::kube
