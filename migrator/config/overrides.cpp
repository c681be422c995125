// See overrides.h.
#include "migrator/config/overrides.h"

#include <algorithm>
#include <charconv>

#include "migrator/config/suggestion.h"

namespace migrator::config {

std::optional<std::string> why_not_a_table_name(const std::string &name) {
  constexpr std::size_t kLongest = 50;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const bool fits = !name.empty() && name.size() <= kLongest && letter(name.front()) &&
                    std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
  if (fits) return std::nullopt;
  return in_quotes(name) +
         " cannot name the version table. Use a letter or \"_\" first, then letters, digits and \"_\", at most 50.";
}

std::optional<std::string> why_not_a_schema_name(const std::string &name) {
  constexpr std::size_t kLongest = 63;
  const bool fits = !name.empty() && name.size() <= kLongest && std::all_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
  });
  if (fits) return std::nullopt;
  return in_quotes(name) + " cannot name a schema. Use 1 to 63 bytes without control characters.";
}

std::optional<BackupPolicy> policy_named(std::string_view word) {
  if (word == "always") return BackupPolicy::Always;
  if (word == "destructive") return BackupPolicy::Destructive;
  if (word == "external") return BackupPolicy::External;
  if (word == "never") return BackupPolicy::Never;
  return std::nullopt;
}

std::optional<BackupVerification> verification_named(std::string_view word) {
  if (word == "archive") return BackupVerification::Archive;
  if (word == "restore") return BackupVerification::Restore;
  if (word == "none") return BackupVerification::None;
  return std::nullopt;
}

std::optional<int> retained_count(const std::string &text) {
  constexpr int kMost = 100'000;
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < 1 || count > kMost) return std::nullopt;
  return count;
}

} // namespace migrator::config
