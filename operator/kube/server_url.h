// Where the API server is, taken apart. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace controller::kube {

struct ServerUrl {
  bool tls = true;
  std::string host; // a name or an address, an IPv6 one without brackets
  int port = 443;
  std::string path; // in front of the API's: "" or "/k8s/clusters/c-1"

  // "[fd00::1]:6443", as a Host header has it.
  std::string authority() const;
};

// nullopt: not https://HOST[:PORT][/PATH] or http://… (a user, a query and a fragment are not for here).
std::optional<ServerUrl> parse_server_url(std::string_view url);

} // namespace controller::kube
