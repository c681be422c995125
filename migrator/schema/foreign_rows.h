// Which rows that are there may break a foreign key of a changed schema. Pure.
#pragma once

#include <string>
#include <vector>

#include "migrator/schema/object.h"

namespace migrator::schema {

// A sentence for each foreign key of a table that both have whose rows may lead to nothing in `to`: it is new, or the table that it leads to comes or
// goes. A schema alone does not tell whether there are such rows.
std::vector<std::string> rows_that_may_lead_nowhere(const Schema &from, const Schema &to);

} // namespace migrator::schema
