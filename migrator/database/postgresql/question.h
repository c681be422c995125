// A query of ours that only reads, put to whoever can answer it: a session, or a psql whose open transaction we must see into.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "migrator/database/postgresql/session.h"

namespace migrator::database::postgresql {

using Table = std::vector<std::vector<std::string>>;

// Puts one SELECT of `columns` columns, none of which gives NULL or a boolean; an empty answer is a Table without rows.
using Ask = std::function<Result<Table>(const std::string &sql, std::size_t columns)>;

// Asks a session. `doing` as in own_error().
Ask ask_session(Session &session, std::string doing);
// The same for what may take long: a request to interrupt ends it.
Ask ask_session_at_length(Session &session, std::string doing);

} // namespace migrator::database::postgresql
