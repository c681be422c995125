// Small graphs written as text, and random ones, for the tests of migrator/graph.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "migrator/graph/revision_map.h"
#include "migrator/graph/walk.h"

namespace migrator::graph::testing {

// One revision a blank-separated word: "id:parent,parent>dependency,dependency#label,label", each part but the id optional; "~id" is
// known from the journal only. "a b:a c:a>b#shop" is a base a, its children b and c, and c depends on b and carries the label shop.
// The path of a revision in the files is "m/ID.sql", that of one in the journal "journal of ID".
std::vector<Node> nodes(std::string_view text);

// The same, built. A graph that does not build ends the test program with the reason.
RevisionMap graph(std::string_view text);

// How one revision of a random graph hangs on those before it: how many places back its parents and its dependency are, 0 for none.
struct Shape {
  unsigned parent = 0;
  unsigned second_parent = 0;
  unsigned dependency = 0;
  bool labelled = false;
};
// Ids are scrambled, so that their order is not the graph's; what would point before the first revision points nowhere.
std::vector<Node> nodes(const std::vector<Shape> &shapes);

// What a walk answers, as text: "+b +c => c" or "-c => a b", "nothing => a", "ahead => x", with "(untouched z)" after it, or
// "Code: message [subject]".
std::string text(const Result<Walk> &walk);
std::string text(const Error &error);
std::string text(const Result<std::vector<std::string>> &ids);
std::vector<std::string> words(std::string_view blank_separated);

// r0 <- r1 <- … : ids of equal length, so that they sort as they stand.
std::vector<Node> chain(std::size_t length);
std::string chain_id(std::size_t number);

} // namespace migrator::graph::testing
