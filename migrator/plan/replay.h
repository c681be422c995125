// What may not run in a scratch database, for its effect would not stay there: roles, databases, tablespaces, files and commands of the server. Pure;
// docs/models.md lists it.
#pragma once

#include <optional>
#include <string>

#include "migrator/error/error.h"
#include "migrator/plan/plan.h"

namespace migrator::plan {

// The words of the statement that reach beyond its database ("CREATE ROLE"); nullopt: none do. DO blocks are searched, other functions are not.
std::optional<std::string> beyond_the_database(std::string_view sql, Dialect dialect);

// InvalidRevisionFile, with file and line, for the first such statement of a plan.
Status check_replay(const Plan &plan, Dialect dialect);

} // namespace migrator::plan
