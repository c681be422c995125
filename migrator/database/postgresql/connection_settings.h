// From a database URL to what libpq is given, and from libpq's refusal to an Error. Nothing is opened here; no message holds a password.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "migrator/database/url.h"
#include "migrator/error/error.h"

namespace migrator::database::postgresql {

struct ConnectionSettings {
  std::vector<std::pair<std::string, std::string>> parameters; // libpq's keywords and values; may hold secrets
  std::string redacted;                                        // the URL, safe to print
};

// Reads the URL by libpq's own rules and adds ours: client_encoding, a connect_timeout of ten seconds unless the URL or the environment
// sets one, and `application_name` unless the URL does. InvalidConfiguration: a parameter that libpq does not know, or a URL it cannot read.
Result<ConnectionSettings> connection_settings(const DatabaseUrl &url, std::string_view application_name);

// libpq's message after a failed connect as Unreachable, or InvalidConfiguration if a parameter's value was refused before connecting.
Error connect_error(const ConnectionSettings &settings, std::string_view libpq_message, bool password_missing);

} // namespace migrator::database::postgresql
