// From an HTTP status and a metav1.Status to an Error. Pure.
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

#include "operator/kube/error.h"
#include "operator/kube/transport.h"

namespace controller::kube {

// What an answer says that is not 2xx. The message is the server's, or if it gave none one with the beginning of what it sent instead.
Error classify(const Response &response);

// What a Status object says: the one inside an ERROR event of a watch.
Error classify_status(const nlohmann::json &status);

} // namespace controller::kube
