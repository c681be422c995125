// "Did you mean": how far one word is from another, and the known word that a slip most likely meant. Pure.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace migrator::text {

// The fewest single-character edits (insert, delete, replace, swap of neighbours; case counts) that make one word of the other. The cost is the product
// of their lengths: bound them first.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate with the fewest edits, case aside: at most a third of the word's length, at least one, and fewer than the candidate's letters; ties go
// to the earlier candidate. Empty if none is near, or the word is longer than 64 bytes.
std::string_view nearest(std::string_view word, const std::vector<std::string_view> &candidates);

} // namespace migrator::text
