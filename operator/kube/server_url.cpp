// See server_url.h.
#include "operator/kube/server_url.h"

#include <algorithm>
#include <charconv>

#include "migrator/text/ascii.h"

namespace controller::kube {

namespace {

bool only_of(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view kHexadecimal = "0123456789abcdefABCDEF";
constexpr std::string_view kName = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
constexpr std::string_view kPath = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%/:@!$&'()*+,;=";

} // namespace

std::string ServerUrl::authority() const {
  const bool bracketed = host.find(':') != std::string::npos;
  return (bracketed ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<ServerUrl> parse_server_url(std::string_view url) {
  ServerUrl parsed;
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  const std::string scheme = migrator::text::lower(url.substr(0, scheme_end));
  if (scheme != "https" && scheme != "http") return std::nullopt;
  parsed.tls = scheme == "https";
  parsed.port = parsed.tls ? 443 : 80;
  url.remove_prefix(scheme_end + 3);

  const std::size_t slash = std::min(url.find('/'), url.size());
  std::string_view authority = url.substr(0, slash);
  std::string_view path = url.substr(slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (!path.empty() && !only_of(path, kPath)) return std::nullopt;
  parsed.path = path;

  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    parsed.host = authority.substr(1, end - 1);
    if (!only_of(parsed.host, std::string(kHexadecimal) + ":.") || parsed.host.find(':') == std::string::npos)
      return std::nullopt;
    authority.remove_prefix(end + 1);
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    parsed.host = authority.substr(0, colon);
    if (!only_of(parsed.host, kName)) return std::nullopt;
    authority.remove_prefix(colon);
  }
  if (authority.empty()) return parsed;
  const std::string_view port = authority.substr(1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), parsed.port);
  if (authority.front() != ':' || error != std::errc{} || end != port.data() + port.size()) return std::nullopt;
  if (parsed.port < 1 || parsed.port > 65'535) return std::nullopt;
  return parsed;
}

} // namespace controller::kube
