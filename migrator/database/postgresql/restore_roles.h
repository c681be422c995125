// Which roles a dump speaks of that a session cannot give things to.
#pragma once

#include <string>
#include <vector>

#include "migrator/database/postgresql/dump_text.h"
#include "migrator/database/postgresql/question.h"

namespace migrator::database::postgresql {

// Roles of a dump that do not exist there, and owners that the session's role is no member of; sorted. Empty: everything can be given to whom it
// belonged.
Result<std::vector<std::string>> roles_not_to_be_set(const Ask &ask, const std::vector<DumpEntry> &dump);

} // namespace migrator::database::postgresql
