// Small graphs written as text, and random ones, for the tests of migrator/graph.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "migrator/graph/revision_map.h"

namespace migrator::graph::testing {

// One revision a blank-separated word: "id:parent,parent>dependency,dependency#label,label", each part but the id optional; "~id" is
// known from the journal only. "a b:a c:a>b#shop" is a base a, its children b and c, and c depends on b and carries the label shop.
// The path of a revision in the files is "m/ID.sql", that of one in the journal "journal of ID".
std::vector<Node> nodes(std::string_view text);

// The same, built. A graph that does not build ends the test program with the reason.
RevisionMap graph(std::string_view text);

// 1 to `most` revisions, in an order that build() has to find again: bases, branches, merges, dependencies.
std::vector<Node> random_nodes(std::mt19937_64 &random, std::size_t most);

// r0 <- r1 <- … : ids of equal length, so that they sort as they stand.
std::vector<Node> chain(std::size_t length);
std::string chain_id(std::size_t number);

} // namespace migrator::graph::testing
