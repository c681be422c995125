// What views and triggers that stay demand of the change of a table. Pure.
#pragma once

#include <string>
#include <vector>

#include "migrator/schema/object.h"

namespace migrator::schema::sqlite {

// Whether a view or trigger of the wanted schema sees in which order the table's columns stand: by * or by an INSERT.
bool sees_order(const Schema &wanted, const ObjectId &table);

// Whether SQLite's DROP COLUMN may read all views and triggers of the wanted schema: it refuses where one speaks of a relation that is not
// there, or of a dropped column. Rather no than yes.
bool bear_drop_column(const Schema &wanted, const std::vector<std::string> &columns);

} // namespace migrator::schema::sqlite
