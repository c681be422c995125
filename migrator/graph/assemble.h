// The last part of every walk: from sets of revisions that go down and up to ordered steps and the rows that they leave, and
// the rule for databases that are ahead of the files. Pure.
#pragma once

#include "migrator/error/error.h"
#include "migrator/graph/revision_map.h"
#include "migrator/graph/target.h"
#include "migrator/graph/walk.h"

namespace migrator::graph {

// Steps down, then steps up, with the rows before and after; outcome Moves or NothingToDo.
// UnknownRevision: a revision going up is in no file. MissingRevision: one going down is known to nobody.
Result<Walk> assemble(const RevisionMap &map, const Standing &standing, const RevisionSet &down, const RevisionSet &up);

// Whether the database has heads that the files do not know; asked for head-like targets. `missing` is what these want and is not
// applied; heads in `excused` (what the user named or takes down) do not count.
// Diverged: `missing` shares an ancestor or dependency with such a head. Ahead: there are such heads and `strict` is set.
Result<bool> ahead_of_files(const RevisionMap &map, const Standing &standing, const RevisionSet &missing,
                            const RevisionSet &excused, bool strict);

} // namespace migrator::graph
