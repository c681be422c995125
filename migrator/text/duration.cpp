#include "migrator/text/duration.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <limits>

namespace migrator::text {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};

// Largest first: the order in which they are written.
constexpr Unit kUnits[] = {{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();

} // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept {
  if (text == "0") return std::chrono::milliseconds(0);
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  const auto *unit = std::begin(kUnits);
  while (!text.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || text.front() == '-') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto letters = text.substr(0, text.find_first_of("0123456789"));
    unit = std::find_if(unit, std::end(kUnits), [&](const Unit &one) { return one.name == letters; });
    if (unit == std::end(kUnits) || number > kMost / unit->milliseconds) return std::nullopt;
    total += number * unit->milliseconds;
    if (total > kMost) return std::nullopt;
    text.remove_prefix(letters.size());
    ++unit;
  }
  return std::chrono::milliseconds(total);
}

std::string to_text(std::chrono::milliseconds duration) {
  const std::int64_t count = duration.count();
  if (count == 0) return "0";
  for (const auto &unit : kUnits) {
    if (count % unit.milliseconds == 0) return std::to_string(count / unit.milliseconds) + std::string(unit.name);
  }
  return {};
}

} // namespace migrator::text
