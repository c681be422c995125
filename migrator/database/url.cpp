// Reads database URLs and makes the form that is safe to print. First stop of every run, before a driver is chosen; opens nothing.
// Where a URL could be read in two ways (a raw @ or / in a password) it is refused, and no message quotes what might be a secret.
#include "migrator/database/url.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>
#include <vector>

#include "migrator/text/ascii.h"

namespace migrator::database {

namespace {

constexpr std::string_view kForms = "write sqlite:///relative.db, sqlite:////absolute.db or postgresql://user@host:5432/name";
constexpr int kMaxPort = 65535;

bool is_word(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return std::isalnum(byte) != 0 || character == '_';
}

int hex_digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return -1;
}

// The text with its %-escapes decoded; nullopt for a broken one or for %00.
std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out.push_back(text[at]);
      continue;
    }
    if (at + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[at + 1]);
    const int low = hex_digit(text[at + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
    at += 2;
  }
  return out;
}

std::vector<std::string_view> split_at(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t from = 0;
  for (std::size_t at = text.find(separator); at != std::string_view::npos; at = text.find(separator, from)) {
    parts.push_back(text.substr(from, at - from));
    from = at + 1;
  }
  parts.push_back(text.substr(from));
  return parts;
}

tl::unexpected<Error> refuse(std::string message) {
  return fail(ErrorCode::InvalidConfiguration, std::move(message));
}

tl::unexpected<Error> refuse_escape() {
  return refuse("the database URL holds a broken %-escape: write a literal % as %25 (and %00 is never allowed)");
}

struct Scheme {
  Dialect dialect = Dialect::Sqlite;
  std::string_view written; // "postgres+psycopg"
  std::string_view rest;    // after "://"
};

Result<Scheme> read_scheme(std::string_view url) {
  const std::size_t end = url.find("://");
  const auto in_scheme = [](char character) {
    return is_word(character) || character == '+' || character == '-' || character == '.';
  };
  if (end == std::string_view::npos || end == 0 ||
      !std::all_of(url.begin(), url.begin() + static_cast<std::ptrdiff_t>(end), in_scheme))
    return refuse("the database URL has no scheme: " + std::string(kForms));
  Scheme scheme;
  scheme.written = url.substr(0, end);
  scheme.rest = url.substr(end + 3);
  const std::string kind = text::lower(scheme.written.substr(0, scheme.written.find('+')));
  if (kind == "sqlite") {
    scheme.dialect = Dialect::Sqlite;
  } else if (kind == "postgresql" || kind == "postgres") {
    scheme.dialect = Dialect::Postgresql;
  } else {
    return refuse("\"" + kind + "\" is not a kind of database that migrator knows: " + std::string(kForms));
  }
  return scheme;
}

Result<DatabaseUrl> parse_sqlite(const Scheme &scheme, std::string_view base_folder) {
  const std::size_t question = scheme.rest.find('?');
  const std::string_view location = scheme.rest.substr(0, question);
  if (question != std::string_view::npos && question + 1 < scheme.rest.size()) {
    const std::string_view parameter = split_at(scheme.rest.substr(question + 1), '&').front();
    const std::string_view key = parameter.substr(0, parameter.find('='));
    const bool shown = key.size() < parameter.size() && !key.empty() && std::all_of(key.begin(), key.end(), is_word);
    return refuse("a SQLite URL takes no parameters" + (shown ? " (\"" + std::string(key) + "\" is given)" : std::string()) +
                  ": remove what follows the ?, or write %3F if it belongs to the file's name");
  }
  if (!location.empty() && location.front() != '/')
    return refuse(
        "a SQLite URL names no host: write sqlite:///relative.db with three slashes or sqlite:////absolute.db with four");
  const auto decoded = percent_decode(location.empty() ? location : location.substr(1));
  if (!decoded) return refuse_escape();
  if (decoded->empty())
    return refuse("the SQLite URL names no file: write sqlite:///relative.db, sqlite:////absolute.db or sqlite:///:memory:");
  DatabaseUrl url;
  url.dialect = Dialect::Sqlite;
  url.path = *decoded;
  if (!base_folder.empty() && url.path.front() != '/' && url.path != ":memory:") {
    const bool slash = base_folder.back() == '/';
    url.path = std::string(base_folder) + (slash ? "" : "/") + url.path;
  }
  url.redacted = std::string(scheme.written) + "://" + std::string(location);
  return url;
}

bool valid_port(std::string_view port) {
  if (port.empty()) return true; // the default
  if (port.size() > 5 || !std::all_of(port.begin(), port.end(), [](char digit) { return digit >= '0' && digit <= '9'; }))
    return false;
  int number = 0;
  for (const char digit : port) number = number * 10 + (digit - '0');
  return number >= 1 && number <= kMaxPort;
}

tl::unexpected<Error> refuse_port() {
  return refuse(
      "the database URL's port is not a number from 1 to 65535: correct it (and if the password holds one of : / ? # @, "
      "write those as %3A %2F %3F %23 %40)");
}

// `h1:1,h2:2`, `[::1]:5432`, `%2Fvar%2Frun`, or nothing at all.
Status check_hosts(std::string_view hosts) {
  std::size_t at = 0;
  while (at <= hosts.size()) {
    std::size_t port_from = 0;
    if (at < hosts.size() && hosts[at] == '[') {
      const std::size_t close = hosts.find(']', at);
      if (close == std::string_view::npos || close == at + 1)
        return refuse("the database URL's IPv6 address is not closed or empty: write it as [::1]");
      if (close + 1 < hosts.size() && hosts[close + 1] != ':' && hosts[close + 1] != ',')
        return refuse("the database URL's IPv6 address is followed by something else than a port: write [::1]:5432");
      port_from = close + 1;
    } else {
      port_from = std::min(hosts.find_first_of(":,", at), hosts.size());
    }
    const std::size_t end = std::min(hosts.find(',', port_from), hosts.size());
    const std::string_view port = hosts.substr(port_from, end - port_from);
    if (!port.empty()) {
      const auto decoded = percent_decode(port.substr(1));
      if (!decoded || !valid_port(*decoded)) return refuse_port();
    }
    at = end + 1;
  }
  return {};
}

// libpq's parameters, PostgreSQL 18, whose values hold no secret. All others are shown as ***, for an unescaped & in a password
// makes "parameters" of its rest.
constexpr std::string_view kShownParameters[] = {"application_name",
                                                 "channel_binding",
                                                 "client_encoding",
                                                 "connect_timeout",
                                                 "dbname",
                                                 "fallback_application_name",
                                                 "gssdelegation",
                                                 "gssencmode",
                                                 "gsslib",
                                                 "host",
                                                 "hostaddr",
                                                 "keepalives",
                                                 "keepalives_count",
                                                 "keepalives_idle",
                                                 "keepalives_interval",
                                                 "krbsrvname",
                                                 "load_balance_hosts",
                                                 "max_protocol_version",
                                                 "min_protocol_version",
                                                 "options",
                                                 "passfile",
                                                 "port",
                                                 "replication",
                                                 "require_auth",
                                                 "requirepeer",
                                                 "service",
                                                 "servicefile",
                                                 "ssl_max_protocol_version",
                                                 "ssl_min_protocol_version",
                                                 "sslcert",
                                                 "sslcertmode",
                                                 "sslcompression",
                                                 "sslcrl",
                                                 "sslcrldir",
                                                 "sslkey",
                                                 "sslkeylogfile",
                                                 "sslmode",
                                                 "sslnegotiation",
                                                 "sslrootcert",
                                                 "sslsni",
                                                 "target_session_attrs",
                                                 "tcp_user_timeout",
                                                 "user"};
constexpr std::string_view kSecretParameters[] = {"oauth_client_secret", "password", "scram_client_key", "scram_server_key",
                                                  "sslpassword"};

// A parameter as it may be printed.
std::string shown_parameter(std::string_view key, std::string_view written) {
  const auto holds = [key](const auto &names) { return std::find(std::begin(names), std::end(names), key) != std::end(names); };
  if (holds(kShownParameters)) return std::string(written);
  return holds(kSecretParameters) ? std::string(key) + "=***" : "***=***";
}

// Checks the parameters' form and writes them with the secret ones as ***.
Result<std::string> redact_parameters(std::string_view query) {
  std::string out;
  for (const std::string_view parameter : split_at(query, '&')) {
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos || equals == 0 || parameter.find('=', equals + 1) != std::string_view::npos)
      return refuse(
          "the database URL's parameters are not of the form name=value, joined by &: correct them (a literal = is %3D, a "
          "literal & is %26, and a ? in a password is %3F)");
    const auto key = percent_decode(parameter.substr(0, equals));
    const auto value = percent_decode(parameter.substr(equals + 1));
    if (!key || !value) return refuse_escape();
    if (*key == "port")
      for (const std::string_view port : split_at(*value, ','))
        if (!valid_port(port)) return refuse_port();
    if (parameter.find('@') != std::string_view::npos && *key != "user")
      return refuse("the database URL holds an @ after the host: write it as %40, in the password too");
    if (!out.empty()) out.push_back('&');
    out += shown_parameter(*key, parameter);
  }
  return out;
}

// The parts of a PostgreSQL URL as libpq reads them: the login ends at the first @, if that comes before the first /.
struct PostgresParts {
  std::optional<std::string_view> login;
  std::string_view hosts;
  std::string_view name; // with its slash, or empty
  std::optional<std::string_view> query;
};

PostgresParts take_apart(std::string_view rest) {
  PostgresParts parts;
  const std::size_t stop = rest.find_first_of("@/");
  if (stop != std::string_view::npos && rest[stop] == '@') {
    parts.login = rest.substr(0, stop);
    rest.remove_prefix(stop + 1);
  }
  const std::size_t host_end = std::min(rest.find_first_of("/?"), rest.size());
  parts.hosts = rest.substr(0, host_end);
  rest.remove_prefix(host_end);
  const std::size_t question = rest.find('?');
  parts.name = rest.substr(0, question);
  if (question != std::string_view::npos) parts.query = rest.substr(question + 1);
  return parts;
}

Result<DatabaseUrl> parse_postgresql(const Scheme &scheme) {
  const PostgresParts parts = take_apart(scheme.rest);
  if (parts.hosts.find('@') != std::string_view::npos || parts.name.find('@') != std::string_view::npos)
    return refuse("the database URL holds a second @, or an @ after a /: write those of the password as %40 and %2F");
  if (auto hosts = check_hosts(parts.hosts); !hosts) return fail(hosts.error());
  if (!percent_decode(parts.login.value_or("")) || !percent_decode(parts.hosts) || !percent_decode(parts.name))
    return refuse_escape();

  DatabaseUrl url;
  url.dialect = Dialect::Postgresql;
  url.conninfo = "postgresql://" + std::string(scheme.rest);
  url.redacted = std::string(scheme.written) + "://";
  if (parts.login) {
    const std::size_t colon = parts.login->find(':');
    url.redacted += parts.login->substr(0, colon);
    if (colon != std::string_view::npos) url.redacted += ":***";
    url.redacted += "@";
  }
  url.redacted += parts.hosts;
  url.redacted += parts.name;
  if (parts.query && !parts.query->empty()) {
    auto parameters = redact_parameters(*parts.query);
    if (!parameters) return fail(parameters.error());
    url.redacted += "?" + *parameters;
  }
  return url;
}

} // namespace

Result<DatabaseUrl> parse_url(std::string_view url, std::string_view base_folder) {
  if (url.empty()) return refuse("the database URL is empty: " + std::string(kForms));
  const auto is_control = [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; };
  if (std::any_of(url.begin(), url.end(), is_control))
    return refuse("the database URL holds a line break or another control character: remove it");
  const auto scheme = read_scheme(url);
  if (!scheme) return fail(scheme.error());
  return scheme->dialect == Dialect::Sqlite ? parse_sqlite(*scheme, base_folder) : parse_postgresql(*scheme);
}

} // namespace migrator::database
