// `history -r a:b`: which revisions lie between two ends (docs/targets.md). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "migrator/error/error.h"
#include "migrator/graph/revision_map.h"

namespace migrator::graph {

// The revisions from `a` to `b`, both included, newest first (what needs another comes before it). "a:" ends at the heads, ":b"
// begins at the bases. Either end may be `current`; `-N` as the beginning counts down from the end, `+N` as the end counts up from
// the beginning; a count that passes the end of the history stops there.
// InvalidTarget: no colon or several, a beginning that is not below the end; MissingRevision: `current` when nobody knows where
// the database stands; the errors of target.h.
Result<std::vector<std::string>> revisions_in_range(const RevisionMap &map, const std::vector<std::string> &current_heads,
                                                    std::string_view range);

} // namespace migrator::graph
