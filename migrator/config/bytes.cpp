#include "migrator/config/bytes.h"

#include <charconv>
#include <limits>

namespace migrator::config {

namespace {

struct Suffix {
  std::string_view text;
  std::int64_t factor;
};

constexpr Suffix kSuffixes[] = {{"", 1},
                                {"k", 1'000},
                                {"M", 1'000'000},
                                {"G", 1'000'000'000},
                                {"T", 1'000'000'000'000},
                                {"Ki", std::int64_t{1} << 10},
                                {"Mi", std::int64_t{1} << 20},
                                {"Gi", std::int64_t{1} << 30},
                                {"Ti", std::int64_t{1} << 40}};

} // namespace

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number <= 0) return std::nullopt;
  const std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const Suffix &suffix : kSuffixes) {
    if (rest != suffix.text) continue;
    if (number > std::numeric_limits<std::int64_t>::max() / suffix.factor) return std::nullopt;
    return number * suffix.factor;
  }
  return std::nullopt;
}

} // namespace migrator::config
