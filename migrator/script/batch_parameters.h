// The two parameters of a `data` section's statement, `:from` and `:to`: found by tokens, so never inside a literal, a comment or a `::` cast. Pure.
#pragma once

#include <string>
#include <string_view>

#include "migrator/error/error.h"
#include "migrator/script/script.h"

namespace migrator::script {

// The statement with every `:from` and `:to` (lower case) replaced: by `$1`, `?1`, or literals for offline SQL. InvalidRevisionFile, without a position, if
// either does not occur.
Result<std::string> bind_batch(std::string_view sql, Dialect dialect, std::string_view from_replacement,
                               std::string_view to_replacement);

} // namespace migrator::script
