// See job.h.
#include "migrator/config/job.h"

#include <algorithm>
#include <array>

#include "migrator/config/suggestion.h"

namespace migrator::config {

namespace {

// "1.0": two numbers of at most nine digits.
bool is_protocol(std::string_view text) {
  const auto number = [](std::string_view part) {
    return !part.empty() && part.size() <= 9 &&
           std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  const std::size_t dot = text.find('.');
  return dot != std::string_view::npos && number(text.substr(0, dot)) && number(text.substr(dot + 1));
}

std::string_view major_of(std::string_view protocol) {
  return protocol.substr(0, protocol.find('.'));
}

} // namespace

std::optional<Owner> owner_named(std::string_view text) {
  std::array<std::string, 3> parts;
  std::size_t at = 0;
  for (std::string &part : parts) {
    const std::size_t end = std::min(text.find('/', at), text.size());
    part = text.substr(std::min(at, text.size()), end - std::min(at, end));
    if (part.empty()) return std::nullopt;
    at = end + 1;
  }
  if (at <= text.size()) return std::nullopt; // a fourth part
  return Owner{parts[0], parts[1], parts[2]};
}

std::optional<std::string> why_not_served(std::string_view protocol) {
  if (!is_protocol(protocol))
    return in_quotes(protocol) + " is no version of the protocol between operator and runner. Write it like \"" +
           std::string(kProtocol) + "\", or leave it out.";
  if (major_of(protocol) == major_of(kProtocol)) return std::nullopt;
  return "the operator speaks version " + std::string(protocol) + " of the protocol with its runners, and this migrator speaks " +
         std::string(kProtocol) + ". Use a runner image with the operator's version of the migrator.";
}

} // namespace migrator::config
