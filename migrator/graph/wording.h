// How revisions are written in this folder's messages. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace migrator::graph {

// 'text', with bytes that are not printable ASCII as \xNN, cut after 64 characters: safe to print whatever was typed.
std::string in_quotes(std::string_view text);

// "a, b and 3 more": at most ten.
std::string listed(const std::vector<std::string> &ids);

// At most three of `known` that `typed` may have been meant as, nearest first; typed text of over 64 characters has none.
std::vector<std::string> near_misses(std::string_view typed, const std::vector<std::string_view> &known);

} // namespace migrator::graph
