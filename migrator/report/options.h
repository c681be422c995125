// How a run talks to whoever started it: the choices that the global flags make. Values only.
#pragma once

#include <cstdint>

namespace migrator::report {

enum class OutputFormat : std::uint8_t { Text, Json }; // --output: what stands on stdout
enum class LogFormat : std::uint8_t { Text, Json };    // --log-format: how events stand on stderr
enum class ColorMode : std::uint8_t { Auto, Always, Never };

} // namespace migrator::report
