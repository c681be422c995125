// Draws the graph of revisions as lines of text, newest first, the way `git log --graph` does: a column a line of descent, joined where
// branches part and merge. Knows ids and parents only; what stands beside the drawing is handed in. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "migrator/report/style.h"

namespace migrator::report {

struct GraphRevision {
  std::string id;
  std::vector<std::string> parents; // those outside the drawing are left out of it
  std::vector<std::string> needs;   // dependencies: they come later in the drawing, but no line leads to them
  std::optional<bool> applied;      // decides how its node looks; nullopt: not known
  std::string text;                 // what stands beside the node; several lines are allowed
};

// More columns than a terminal holds are not a picture any more.
inline constexpr std::size_t kMostColumns = 40;

// The lines, each with a line end. Every revision comes before its parents and dependencies; a branch is followed to its end before
// the next begins; heads come in the order given. `revisions` may else be in any order; they must have no cycle. nullopt if the drawing
// would need more than kMostColumns columns. Linear in revisions times columns.
std::optional<std::string> draw_graph(const std::vector<GraphRevision> &revisions, const Style &style);

} // namespace migrator::report
