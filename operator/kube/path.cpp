// See client.h (path_of) and percent.h.
#include <string>

#include "operator/kube/client.h"
#include "operator/kube/percent.h"

namespace controller::kube {

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char character : text) {
    if (kUnreserved.find(character) != std::string_view::npos) {
      encoded += character;
      continue;
    }
    const auto byte = static_cast<unsigned char>(character);
    encoded += '%';
    encoded += kDigits[byte >> 4U];
    encoded += kDigits[byte & 0xFU];
  }
  return encoded;
}

Query &Query::add(std::string_view name, std::string_view value) {
  if (value.empty()) return *this;
  if (!text_.empty()) text_ += '&';
  text_ += percent_encoded(name) + '=' + percent_encoded(value);
  return *this;
}

std::string path_of(const ResourceType &type, const std::string &name_space, const std::string &name,
                    std::string_view subresource) {
  std::string path = type.group.empty() ? "/api" : "/apis";
  const auto add = [&](std::string_view part) {
    if (!part.empty()) path += '/' + percent_encoded(part);
  };
  add(type.group);
  add(type.version);
  if (!name_space.empty()) {
    add("namespaces");
    add(name_space);
  }
  add(type.plural);
  add(name);
  add(subresource);
  return path;
}

} // namespace controller::kube
