// See connection_settings.h.
#include "migrator/database/postgresql/connection_settings.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>
#include <libpq-fe.h>

namespace migrator::database::postgresql {

namespace {

struct FreeOptions {
  void operator()(PQconninfoOption *options) const { PQconninfoFree(options); }
};

// The name that libpq's message quotes after `introduction`; empty if it says something else. Nothing else of the message is passed on: it
// may hold the whole URL.
std::string quoted_after(std::string_view message, std::string_view introduction) {
  const auto at = message.find(introduction);
  if (at == std::string_view::npos) return {};
  const auto from = at + introduction.size();
  const auto to = message.find('"', from);
  return to == std::string_view::npos ? std::string() : std::string(message.substr(from, to - from));
}

std::string one_line(std::string_view message) {
  std::string line;
  for (const char c : message) line += c == '\n' || c == '\t' ? ' ' : c;
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string_view advice(std::string_view message, bool password_missing) {
  if (password_missing) return "give a password: in the URL, in the file that PGPASSFILE names, or by DATABASE_URL_FILE";
  if (contains(message, "password authentication failed")) return "check the user and the password";
  if (contains(message, "pg_hba.conf")) return "let the server's pg_hba.conf admit this role from this host, or check sslmode";
  if (contains(message, "database") && contains(message, "does not exist"))
    return "create the database, or check its name in the URL";
  if (contains(message, "role") && contains(message, "does not exist")) return "create the role, or check the user in the URL";
  if (contains(message, "starting up") || contains(message, "shutting down")) return "try again when the server is up";
  if (contains(message, "too many") || contains(message, "remaining connection slots"))
    return "try again when connections are free";
  if (contains(message, "certificate") || contains(message, "SSL"))
    return "check sslmode, sslrootcert and the server's certificate";
  return "check that the server runs there, and the URL's host and port";
}

} // namespace

Result<ConnectionSettings> connection_settings(const DatabaseUrl &url, std::string_view application_name) {
  char *message = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(url.conninfo.c_str(), &message));
  const std::unique_ptr<char, decltype(&PQfreemem)> owned_message(message, &PQfreemem);
  if (!options) {
    const std::string_view text = message == nullptr ? "" : message;
    auto parameter = quoted_after(text, "invalid URI query parameter: \"");
    if (parameter.empty()) parameter = quoted_after(text, "invalid connection option \"");
    if (parameter.empty()) {
      return fail(ErrorCode::InvalidConfiguration,
                  fmt::format("the database URL {} cannot be read: write postgresql://user@host:5432/name?parameter=value",
                              url.redacted));
    }
    return fail(
        ErrorCode::InvalidConfiguration,
        fmt::format(
            "the database URL has a parameter that PostgreSQL's client does not know: {}; take it out, or correct its name",
            parameter),
        {parameter});
  }
  ConnectionSettings settings;
  settings.redacted = url.redacted;
  bool has_timeout = std::getenv("PGCONNECT_TIMEOUT") != nullptr;
  for (const PQconninfoOption *option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    const std::string_view keyword = option->keyword;
    has_timeout = has_timeout || keyword == "connect_timeout";
    if (keyword == "client_encoding" || keyword == "fallback_application_name") continue;
    settings.parameters.emplace_back(keyword, option->val);
  }
  settings.parameters.emplace_back("client_encoding", "UTF8");
  settings.parameters.emplace_back("fallback_application_name", application_name);
  if (!has_timeout) settings.parameters.emplace_back("connect_timeout", "10");
  return settings;
}

Error connect_error(const ConnectionSettings &settings, std::string_view libpq_message, bool password_missing) {
  std::string message = one_line(libpq_message);
  for (const auto &[keyword, value] : settings.parameters) {
    if ((keyword != "password" && keyword != "sslpassword") || value.empty()) continue;
    for (auto at = message.find(value); at != std::string::npos; at = message.find(value, at + 3))
      message.replace(at, value.size(), "***");
  }
  Error error;
  if (message.rfind("invalid ", 0) == 0) {
    error.code = ErrorCode::InvalidConfiguration;
    error.message = fmt::format("the database URL {} is refused: {}; correct the parameter", settings.redacted, message);
    return error;
  }
  error.code = ErrorCode::Unreachable;
  error.message = fmt::format("cannot connect to {}: {}: {}", settings.redacted, message, advice(message, password_missing));
  return error;
}

} // namespace migrator::database::postgresql
