// Which tables and columns were renamed: what the models note and the user says, held against the two schemas. Pure.
#pragma once

#include <string>
#include <vector>

#include "migrator/error/error.h"
#include "migrator/models/models.h"
#include "migrator/schema/compare.h"

namespace migrator::models {

// Tables first, then columns, whose `from` names the table as it is called before; names may be exchanged, or move up in a row. A note counts where
// `from` has the old name and `to` the new one, and neither has the other's but by another rename: so it may stay in the models for ever. `flags`
// are OLD:NEW for a table, TABLE.OLD:NEW for a column (by the table's name before or after), both with a schema before them where PostgreSQL needs it;
// NEW may be written with the same before it. What has the new name of one then goes. Usage: a flag that is malformed, names what is not there, or
// leads to another schema or table.
Result<std::vector<schema::Rename>> chosen_renames(const std::vector<RenameNote> &notes, const std::vector<std::string> &flags,
                                                   const schema::Schema &from, const schema::Schema &to);

} // namespace migrator::models
