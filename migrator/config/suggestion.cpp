// See suggestion.h.
#include "migrator/config/suggestion.h"

#include <algorithm>
#include <limits>

namespace migrator::config {

namespace {

constexpr std::size_t kLongestWord = 64; // keeps the distance's cost bounded whatever is typed
constexpr std::size_t kLongestQuote = 60;

// Optimal string alignment distance: three rows of the usual table.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

bool may_hold_a_password(std::string_view text) {
  if (text.find("://") != std::string_view::npos || text.find('@') != std::string_view::npos) return true;
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return lower.find("password") != std::string::npos && lower.find('=') != std::string::npos;
}

} // namespace

std::string_view nearest(std::string_view word, const std::vector<std::string_view> &candidates) {
  if (word.empty() || word.size() > kLongestWord) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t found = distance(word, candidate);
    if (found < best_distance && found < candidate.size()) {
      best = candidate;
      best_distance = found;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view> &candidates) {
  const std::string_view best = nearest(word, candidates);
  return best.empty() ? std::string() : " Did you mean \"" + std::string(best) + "\"?";
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
