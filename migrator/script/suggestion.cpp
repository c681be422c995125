#include "migrator/script/suggestion.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace migrator::script {

namespace {

constexpr std::size_t kMostEdits = 2;
constexpr std::size_t kLongestWord = 24;

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Optimal string alignment distance of two words of at most kLongestWord letters.
std::size_t edits(std::string_view a, std::string_view b) noexcept {
  std::array<std::array<std::size_t, kLongestWord + 1>, kLongestWord + 1> cost{};
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + replace});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1])) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

} // namespace

std::string_view closest(std::string_view typed, std::initializer_list<std::string_view> known) {
  std::string_view best;
  std::size_t fewest = kMostEdits + 1;
  if (typed.size() > kLongestWord) return best;
  for (const auto word : known) {
    if (word.size() > kLongestWord) continue;
    const auto needed = edits(typed, word);
    if (needed < fewest && needed < word.size()) {
      fewest = needed;
      best = word;
    }
  }
  return best;
}

std::string in_backquotes(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  if (text.size() <= kLongest) return "`" + std::string(text) + "`";
  std::size_t length = kLongest;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) --length;
  return "`" + std::string(text.substr(0, length)) + "…`";
}

} // namespace migrator::script
