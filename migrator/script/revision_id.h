// New revision ids. Pure: randomness is passed in.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace migrator::script {

// 12 lower-case hex digits: 48 bits of one call of `random`, which must give 64 random bits.
std::string generate_revision_id(const std::function<std::uint64_t()> &random);

} // namespace migrator::script
