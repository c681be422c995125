// What a server-side apply leaves behind: a field that somebody else wrote too stays when it is no longer applied. Pure.
#pragma once

#include <nlohmann/json.hpp>

namespace controller::kube {

// Whether `stored` has a member or an element, at any depth, that `sent` has not. Values that differ do not count.
bool holds_more(const nlohmann::json &stored, const nlohmann::json &sent);

} // namespace controller::kube
