// See suggestion.h.
#include "migrator/config/suggestion.h"

#include <algorithm>

#include "migrator/text/ascii.h"
#include "migrator/text/nearest.h"

namespace migrator::config {

namespace {

constexpr std::size_t kLongestQuote = 60;

bool may_hold_a_password(std::string_view given) {
  if (given.find("://") != std::string_view::npos || given.find('@') != std::string_view::npos) return true;
  return given.find('=') != std::string_view::npos && text::lower(given).find("password") != std::string::npos;
}

} // namespace

std::string did_you_mean(std::string_view word, const std::vector<std::string_view> &candidates) {
  const std::string_view best = text::nearest(word, candidates);
  return best.empty() ? std::string() : " Did you mean \"" + std::string(best) + "\"?";
}

std::string not_a_duration(std::string_view text) {
  return in_quotes(text) + " is not a duration. Write a number with its unit, like 500ms, 60s, 2m or 1h30m.";
}

std::string in_quotes(std::string_view text) {
  // label@head and its like are targets, not connection strings: they hold nothing but word characters beside the "@".
  const bool target = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '@' || c == '-' ||
           c == '+';
  });
  if (!target && may_hold_a_password(text)) return "(a connection string)";
  std::string shown;
  for (const char c : text.substr(0, kLongestQuote)) {
    const auto byte = static_cast<unsigned char>(c);
    shown += byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  if (text.size() > kLongestQuote) {
    while (!shown.empty() && (static_cast<unsigned char>(shown.back()) & 0xC0U) == 0x80U) shown.pop_back();
    if (!shown.empty() && static_cast<unsigned char>(shown.back()) >= 0xC0U) shown.pop_back();
    shown += "…";
  }
  return "\"" + shown + "\"";
}

} // namespace migrator::config
