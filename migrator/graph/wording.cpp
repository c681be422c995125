// Quoting, lists and near misses for messages; see wording.h.
#include "migrator/graph/wording.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "migrator/text/ascii.h"
#include "migrator/text/nearest.h"

namespace migrator::graph {

namespace {

constexpr std::size_t kLongestQuote = 64;
constexpr std::size_t kMostListed = 10;
constexpr std::size_t kMostNearMisses = 3;

} // namespace

std::string in_quotes(std::string_view text) {
  std::string result = "'";
  for (const char character : text.substr(0, kLongestQuote)) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte >= 0x20 && byte < 0x7F)
      result += character;
    else
      result += fmt::format("\\x{:02x}", byte);
  }
  return result + (text.size() > kLongestQuote ? "...'" : "'");
}

std::string listed(const std::vector<std::string> &ids) {
  const std::size_t shown = std::min(ids.size(), kMostListed);
  std::string result;
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) result += i + 1 == ids.size() ? " and " : ", ";
    result += ids[i];
  }
  if (ids.size() > shown) result += fmt::format(" and {} more", ids.size() - shown);
  return result;
}

std::vector<std::string> near_misses(std::string_view typed, const std::vector<std::string_view> &known) {
  if (typed.empty() || typed.size() > kLongestQuote) return {};
  const std::string small = text::lower(typed);
  const std::size_t furthest = typed.size() < 4 ? 1 : 2;
  std::vector<std::pair<std::size_t, std::string_view>> found;
  for (const std::string_view candidate : known) {
    // Typed too much: what stands there begins with a known name of some length.
    if (candidate.size() >= 4 && typed.size() > candidate.size() && typed.substr(0, candidate.size()) == candidate) {
      found.emplace_back(0, candidate);
      continue;
    }
    // Compared to as much of the candidate as was typed, because the beginning of an id is enough.
    const std::string_view start = candidate.substr(0, typed.size());
    if (std::max(start.size(), typed.size()) - std::min(start.size(), typed.size()) > furthest) continue;
    const std::size_t distance =
        std::min(text::edit_distance(small, text::lower(start)), text::edit_distance(small, text::lower(candidate)));
    if (distance <= furthest && distance < typed.size()) found.emplace_back(distance, candidate);
  }
  const std::size_t shown = std::min(found.size(), kMostNearMisses);
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(shown), found.end());
  std::vector<std::string> result;
  for (std::size_t i = 0; i < shown; ++i) result.emplace_back(found[i].second);
  return result;
}

} // namespace migrator::graph
