// One line of a watch to its event. Pure.
#pragma once

#include <string_view>

#include "operator/kube/client.h"

namespace controller::kube {

// BadAnswer: not {"type": TEXT, "object": {…}}.
Result<WatchEvent> parse_watch_line(std::string_view line);

} // namespace controller::kube
