// Renames of tables and columns, and what is in their way. Pure.
#pragma once

#include <vector>

#include "migrator/schema/render.h"

namespace migrator::schema::sqlite {

// In the order given, each by the names at its time.
std::vector<Piece> rename_pieces(const std::vector<Rename> &renames);

// SQLite reads every view and trigger at a rename, and refuses where one of them does not fit then; and an index may have a table's new name. So
// all these go, but for the views that what is not `ours` reads: without them that would not fit.
Schema beside_renames(const std::vector<Rename> &renames, const Schema &ours, const Schema &all);

} // namespace migrator::schema::sqlite
