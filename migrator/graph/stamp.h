// `stamp`: which rows the version table holds after it is told where the database stands, without running anything
// (docs/targets.md). Pure.
#pragma once

#include <string>
#include <vector>

#include "migrator/error/error.h"
#include "migrator/graph/revision_map.h"

namespace migrator::graph {

// The rows afterwards, sorted. Each target takes the place of the rows on its own line (its ancestors and descendants, by
// dependency too) and leaves the others; `base` takes all away, `label@base` those on the label's line. With purge nothing that
// was there counts, and rows that nobody knows do not matter.
// InvalidTarget: no targets, or one relative to the current revision; MissingRevision: a row nobody knows, without purge;
// the errors of target.h.
Result<std::vector<std::string>> stamp(const RevisionMap &map, const std::vector<std::string> &current_heads,
                                       const std::vector<std::string> &targets, bool purge);

} // namespace migrator::graph
