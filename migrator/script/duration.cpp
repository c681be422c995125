#include "migrator/script/duration.h"

#include <charconv>
#include <cstdint>
#include <limits>

namespace migrator::script {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};

// Longest first, for to_text().
constexpr Unit kUnits[] = {{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();

} // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || text.front() == '-') return std::nullopt;
  const auto suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  if (suffix.empty() && number == 0) return std::chrono::milliseconds(0);
  for (const auto &unit : kUnits) {
    if (suffix != unit.name) continue;
    if (number > kMost / unit.milliseconds) return std::nullopt;
    return std::chrono::milliseconds(number * unit.milliseconds);
  }
  return std::nullopt;
}

std::string to_text(std::chrono::milliseconds duration) {
  const std::int64_t count = duration.count();
  if (count == 0) return "0";
  for (const auto &unit : kUnits) {
    if (count % unit.milliseconds == 0) return std::to_string(count / unit.milliseconds) + std::string(unit.name);
  }
  return {};
}

} // namespace migrator::script
