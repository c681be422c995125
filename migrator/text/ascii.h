// Letters as SQL, YAML and URLs fold them: ASCII alone, whatever the locale. Other bytes stay as they are. Pure.
#pragma once

#include <string>
#include <string_view>

namespace migrator::text {

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr char upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

inline std::string lower(std::string_view text) {
  std::string out(text);
  for (char &c : out) c = lower(c);
  return out;
}

inline std::string upper(std::string_view text) {
  std::string out(text);
  for (char &c : out) c = upper(c);
  return out;
}

} // namespace migrator::text
