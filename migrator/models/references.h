// References of YAML models to tables that nothing makes: SQLite takes them as they are, PostgreSQL says so in words of its own. Pure.
#pragma once

#include <string>
#include <vector>

#include "migrator/error/error.h"
#include "migrator/models/models.h"
#include "migrator/schema/object.h"

namespace migrator::models {

// InvalidConfiguration with file and line: `made`, what the models make without what `ignore` names, lacks a table that a reference names and no
// pattern of `ignore` does.
Status check_references(const Models &models, const schema::Schema &made, const std::vector<std::string> &ignore);

// The error of the database as check_references() would say it, if it is PostgreSQL's about such a reference; else as it is. Its place is the user's.
Error of_reference(Error error, const Models &models);

} // namespace migrator::models
