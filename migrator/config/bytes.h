// Numbers of bytes as people write them in settings. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace migrator::config {

// "1000000", or with Kubernetes' suffixes Ki, Mi, Gi, Ti (powers of 1024) and k, M, G, T (of 1000). nullopt: neither, zero, or too large.
std::optional<std::int64_t> parse_bytes(std::string_view text);

} // namespace migrator::config
