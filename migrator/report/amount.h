// Numbers of bytes as people read them. Pure.
#pragma once

#include <cstdint>
#include <string>

namespace migrator::report {

// "0 B", "999 B", "1.2 MB", "3.4 GB": powers of 1000, one decimal above 999 B.
std::string bytes_text(std::int64_t bytes);

} // namespace migrator::report
