// See database_properties.h.
#include "migrator/database/postgresql/database_properties.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "migrator/database/postgresql/quoting.h"

namespace migrator::database::postgresql {

namespace {

// Settings that hold a list of names, which the catalog keeps quoted where they need it: pg_dump's variable_is_guc_list_quote().
bool is_list(const std::string &name) {
  static const std::set<std::string> lists{"local_preload_libraries",  "search_path",      "session_preload_libraries",
                                           "shared_preload_libraries", "temp_tablespaces", "unix_socket_directories"};
  return lists.contains(name);
}

// The names of a list as literals.
std::string list_of_literals(const std::string &value) {
  std::string text;
  for (std::size_t at = 0; at < value.size();) {
    std::string name;
    while (at < value.size() && (value[at] == ' ' || value[at] == ',')) ++at;
    if (at >= value.size()) break;
    if (value[at] == '"') {
      for (++at; at < value.size(); ++at) {
        if (value[at] == '"' && (at + 1 >= value.size() || value[at + 1] != '"')) break;
        if (value[at] == '"') ++at;
        name += value[at];
      }
      ++at;
    } else {
      while (at < value.size() && value[at] != ',' && value[at] != ' ') name += value[at++];
    }
    text += (text.empty() ? "" : ", ") + quote_literal(name);
  }
  return text.empty() ? "''" : text;
}

} // namespace

std::string set_clause(const std::string &setting) {
  const auto equals = setting.find('=');
  const std::string name = setting.substr(0, equals);
  const std::string value = equals == std::string::npos ? "" : setting.substr(equals + 1);
  std::string quoted; // "my.setting" is two names
  for (std::size_t from = 0; from <= name.size();) {
    const auto to = std::min(name.find('.', from), name.size());
    quoted += (from > 0 ? "." : "") + quote_identifier(name.substr(from, to - from));
    from = to + 1;
  }
  return fmt::format("SET {} TO {}", quoted, is_list(name) ? list_of_literals(value) : quote_literal(value));
}

Result<std::string> tablespace_of(const Ask &ask, const std::string &database) {
  const auto rows =
      ask(fmt::format("SELECT t.spcname::text FROM pg_catalog.pg_database d JOIN pg_catalog.pg_tablespace t ON t.oid = "
                      "d.dattablespace WHERE d.datname = {}",
                      quote_literal(database)),
          1);
  if (!rows) return tl::unexpected(rows.error());
  return rows->at(0).at(0);
}

Result<std::vector<std::string>> properties_sql(const Ask &ask, const std::string &from, const std::string &to) {
  const std::string target = quote_identifier(to);
  const std::string here = fmt::format("d.datname = {}", quote_literal(from));
  std::vector<std::string> sql;
  const auto settings = ask(fmt::format("SELECT coalesce(pg_catalog.pg_get_userbyid(nullif(s.setrole, 0))::text, ''), c FROM "
                                        "pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase, "
                                        "pg_catalog.unnest(s.setconfig) c WHERE {} ORDER BY 1, 2",
                                        here),
                            2);
  if (!settings) return tl::unexpected(settings.error());
  for (const auto &row : *settings) {
    sql.push_back(row[0].empty()
                      ? fmt::format("ALTER DATABASE {} {};", target, set_clause(row[1]))
                      : fmt::format("ALTER ROLE {} IN DATABASE {} {};", quote_identifier(row[0]), target, set_clause(row[1])));
  }
  const auto database =
      ask(fmt::format("SELECT pg_catalog.pg_get_userbyid(d.datdba)::text, d.datconnlimit::text, d.datistemplate::int::text, "
                      "coalesce(pg_catalog.shobj_description(d.oid, 'pg_database'), ''), (d.datacl IS NULL)::int::text "
                      "FROM pg_catalog.pg_database d WHERE {}",
                      here),
          5);
  if (!database) return tl::unexpected(database.error());
  const auto &row = database->at(0);
  sql.push_back(fmt::format("ALTER DATABASE {} WITH CONNECTION LIMIT {} IS_TEMPLATE {};", target, row[1],
                            row[2] == "1" ? "true" : "false"));
  if (!row[3].empty()) sql.push_back(fmt::format("COMMENT ON DATABASE {} IS {};", target, quote_literal(row[3])));
  sql.push_back(fmt::format("ALTER DATABASE {} OWNER TO {};", target, quote_identifier(row[0])));
  if (row[4] == "1") return sql;
  sql.push_back(fmt::format("REVOKE ALL ON DATABASE {} FROM PUBLIC, {};", target, quote_identifier(row[0])));
  const auto rights =
      ask(fmt::format("SELECT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid("
                      "a.grantee)) END, a.privilege_type, CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END FROM "
                      "pg_catalog.pg_database d, pg_catalog.aclexplode(d.datacl) a WHERE {}",
                      here),
          3);
  if (!rights) return tl::unexpected(rights.error());
  for (const auto &right : *rights)
    sql.push_back(fmt::format("GRANT {} ON DATABASE {} TO {}{};", right[1], target, right[0], right[2]));
  return sql;
}

} // namespace migrator::database::postgresql
