// Base64 as kubeconfig's *-data fields have it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace controller::kube {

// nullopt: it is none. Line breaks and blanks are passed over.
std::optional<std::string> decode_base64(std::string_view text);
std::string encode_base64(std::string_view bytes);

} // namespace controller::kube
