// Renames of tables and columns in an order that works. Pure.
#pragma once

#include <vector>

#include "migrator/schema/render.h"

namespace migrator::schema::sqlite {

// Columns first, under their table's old name. A name that another rename must free first waits for it; a circle, and a change of case alone, goes
// by way of a third name.
std::vector<Piece> rename_pieces(const std::vector<Rename> &renames);

} // namespace migrator::schema::sqlite
