// An Error as people and programs read it. Pure; output.h writes it.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "migrator/error/error.h"

namespace migrator::report {

// "error: file:line: message", without control characters.
std::string error_text(const Error &error);

// {"error":{"code","exit_code","message","subject":[…]}} and, where they are known, "file", "line", "sqlstate" and "revision"
// (docs/json.md).
nlohmann::ordered_json error_document(const Error &error);

} // namespace migrator::report
