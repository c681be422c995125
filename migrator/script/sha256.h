// SHA-256 of a text, by nettle. Pure.
#pragma once

#include <string>
#include <string_view>

namespace migrator::script {

// 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

} // namespace migrator::script
