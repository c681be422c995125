// See duration.h.
#include "migrator/config/duration.h"

#include <cstdint>

#include "migrator/config/suggestion.h"

namespace migrator::config {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};

// Longest first: the order in which they must be written.
constexpr Unit kUnits[] = {{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr std::int64_t kLongest = 2'147'483'647; // PostgreSQL keeps its timeouts in 32 bits

} // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text == "0") return std::chrono::milliseconds(0);
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  std::size_t at = 0;
  std::size_t next_unit = 0;
  while (at < text.size()) {
    std::int64_t number = 0;
    const std::size_t digits = at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      number = number * 10 + (text[at] - '0');
      if (number > kLongest) return std::nullopt;
    }
    if (at == digits) return std::nullopt;
    const std::size_t letters = at;
    while (at < text.size() && (text[at] < '0' || text[at] > '9')) ++at;
    const std::string_view unit = text.substr(letters, at - letters);
    while (next_unit < std::size(kUnits) && kUnits[next_unit].name != unit) ++next_unit;
    if (next_unit == std::size(kUnits)) return std::nullopt;
    if (number > kLongest / kUnits[next_unit].milliseconds) return std::nullopt;
    total += number * kUnits[next_unit++].milliseconds;
    if (total > kLongest) return std::nullopt;
  }
  return std::chrono::milliseconds(total);
}

std::string not_a_duration(std::string_view text) {
  return in_quotes(text) + " is not a duration. Write a number with its unit, like 500ms, 60s, 2m or 1h30m.";
}

std::string to_text(std::chrono::milliseconds duration) {
  std::int64_t rest = duration.count();
  if (rest <= 0) return "0s";
  std::string text;
  for (const Unit &unit : kUnits) {
    const std::int64_t count = rest / unit.milliseconds;
    rest %= unit.milliseconds;
    if (count > 0) text += std::to_string(count) + std::string(unit.name);
  }
  return text;
}

} // namespace migrator::config
