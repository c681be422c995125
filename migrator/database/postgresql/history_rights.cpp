// See history_rights.h. Must not touch anything but the history's four relations.
#include "migrator/database/postgresql/history_rights.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace migrator::database::postgresql {

namespace {

constexpr int kOldestServer = 120000;

using Cells = std::vector<std::optional<std::string>>;

std::string names_of(const History &history) {
  return fmt::format("{}, {}, {}, {}", quote_literal(history.table), quote_literal(history.journal()),
                     quote_literal(history.meta()), quote_literal(history.view()));
}

Status check_server(Session &session) {
  if (session.server_version() < kOldestServer) {
    return fail(ErrorCode::InvalidConfiguration,
                fmt::format("the server is PostgreSQL {}, too old: 12 or later is needed", session.server_version_text()));
  }
  return {};
}

// Rows of name, kind, owner, whether we have the owner's rights, whether we may read and write it.
Status check_relations(const std::vector<Cells> &rows, const History &history, const std::string &role,
                       std::set<std::string> &found) {
  for (const Cells &row : rows) {
    const std::string &name = *row[0];
    const std::string &owner = *row[2];
    const std::string qualified = history.qualified(name);
    const bool is_view = name == history.view();
    found.insert(name);
    if (*row[1] != (is_view ? "v" : "r")) {
      return fail(ErrorCode::InvalidConfiguration,
                  fmt::format("{} is not a {} of ours: choose another version_table, or rename what has its name", qualified,
                              is_view ? "view" : "table"),
                  {qualified});
    }
    if (*row[3] != "1") {
      return fail(ErrorCode::OwnedByAnother,
                  fmt::format("{0} belongs to role {1}, not to {2}: log in as {1}, or run ALTER {3} {0} OWNER TO {2}", qualified,
                              quote_identifier(owner), quote_identifier(role), is_view ? "VIEW" : "TABLE"),
                  {qualified, owner});
    }
    if (*row[4] != "1") {
      return fail(ErrorCode::NoPermission,
                  fmt::format("role {0} may not read and write {1}: run GRANT SELECT, INSERT, UPDATE, DELETE ON {1} TO {0}",
                              quote_identifier(role), qualified),
                  {qualified});
    }
  }
  return {};
}

struct Grant {
  std::string relation;
  std::string grantee; // quoted, or PUBLIC
  std::string privileges;
};

Answer<std::vector<Grant>> grants_to_others(Session &session, const History &history) {
  const auto rows = session.query(fmt::format(
      "SELECT relname, grantee, string_agg(DISTINCT privilege, ', ' ORDER BY privilege) FROM ("
      "SELECT c.relname, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE "
      "pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END AS grantee, "
      "a.privilege_type AS privilege FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, "
      "pg_catalog.aclexplode(c.relacl) a WHERE n.nspname = {0} AND c.relname IN ({1}) AND a.grantee <> c.relowner "
      "UNION ALL "
      "SELECT c.relname, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE "
      "pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END, "
      "a.privilege_type || ' (' || pg_catalog.quote_ident(t.attname) || ')' FROM pg_catalog.pg_class c "
      "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute t ON t.attrelid = c.oid, "
      "pg_catalog.aclexplode(t.attacl) a WHERE n.nspname = {0} AND c.relname IN ({1}) AND a.grantee <> c.relowner"
      ") g WHERE privilege <> 'SELECT' AND privilege NOT LIKE 'SELECT (%' GROUP BY relname, grantee ORDER BY relname, grantee",
      quote_literal(history.schema), names_of(history)));
  if (!rows) return tl::unexpected(rows.error());
  std::vector<Grant> grants;
  for (const auto &row : rows->rows) grants.push_back({*row[0], *row[1], *row[2]});
  return grants;
}

} // namespace

Result<std::set<std::string>> check_rights(Session &session, const History &history) {
  if (auto server = check_server(session); !server) return fail(server.error());
  // The catalogs of a new session are cold: each join and each function costs, and joins cost most.
  const std::string schema_name = quote_literal(quote_identifier(history.schema));
  auto replies = session.replies(fmt::format(
      "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only'), current_user, "
      "pg_catalog.has_schema_privilege(pg_catalog.to_regnamespace({0})::oid, 'USAGE'), "
      "pg_catalog.has_schema_privilege(pg_catalog.to_regnamespace({0})::oid, 'CREATE'); "
      "SELECT c.relname, c.relkind, pg_catalog.pg_get_userbyid(c.relowner), pg_catalog.pg_has_role(c.relowner, 'USAGE'), "
      "c.relkind = 'v' OR (pg_catalog.has_table_privilege(c.oid, 'SELECT') AND pg_catalog.has_table_privilege(c.oid, 'INSERT') "
      "AND pg_catalog.has_table_privilege(c.oid, 'UPDATE') AND pg_catalog.has_table_privilege(c.oid, 'DELETE')) "
      "FROM pg_catalog.pg_class c WHERE c.relnamespace = pg_catalog.to_regnamespace({0}) AND c.relname IN ({1})",
      schema_name, names_of(history)));
  if (!replies) return fail(own_error(replies.error(), "asking for the role's rights"));
  const auto &row = replies->at(0).rows.rows.at(0);
  auto &relations = replies->at(1).rows.rows;
  const std::string &role = *row[2];
  const std::string schema = quote_identifier(history.schema);
  if (*row[0] == "1") {
    return fail(ErrorCode::NotWritable, "the server is a standby and takes no writes: point database_url at the primary");
  }
  if (*row[1] == "on") {
    return fail(ErrorCode::NotWritable,
                fmt::format("transactions of role {} are read-only here: switch default_transaction_read_only off for "
                            "the role or the database, or point database_url elsewhere",
                            quote_identifier(role)));
  }
  if (!row[3]) {
    return fail(ErrorCode::InvalidConfiguration,
                fmt::format("there is no schema {0}: run CREATE SCHEMA {0}, or correct version_schema", schema),
                {history.schema});
  }
  if (*row[3] != "1") {
    return fail(ErrorCode::NoPermission,
                fmt::format("role {0} may not use schema {1}: run GRANT USAGE, CREATE ON SCHEMA {1} TO {0}",
                            quote_identifier(role), schema));
  }
  std::set<std::string> found;
  // The version table first: what is said of it says most.
  std::sort(relations.begin(), relations.end(), [](const auto &a, const auto &b) { return a[0]->size() < b[0]->size(); });
  if (auto fine = check_relations(relations, history, role, found); !fine) return fail(fine.error());
  if (found.size() < 4 && *row[4] != "1") {
    return fail(
        ErrorCode::NoPermission,
        fmt::format("role {0} may not make the history's tables in schema {1}: run GRANT USAGE, CREATE ON SCHEMA {1} TO {0}",
                    quote_identifier(role), schema));
  }
  return found;
}

Result<std::vector<std::string>> secure(Session &session, const History &history, const std::vector<std::string> &grant_read) {
  std::vector<std::string> notes;
  const auto grants = grants_to_others(session, history);
  if (!grants) return fail(own_error(grants.error(), "reading the rights on the history's tables"));
  for (const Grant &grant : *grants) {
    const std::string relation = history.qualified(grant.relation);
    if (const auto revoked =
            session.query(fmt::format("REVOKE {} ON {} FROM {} CASCADE", grant.privileges, relation, grant.grantee));
        !revoked) {
      return fail(own_error(revoked.error(), fmt::format("revoking rights on {}", relation)));
    }
    notes.push_back(fmt::format("revoked {} on {} from {}: what stands there is SQL that a later run executes", grant.privileges,
                                relation, grant.grantee));
  }
  const std::string view = history.qualified(history.view());
  for (const std::string &role : grant_read) {
    const auto rights = session.query(fmt::format("SELECT pg_catalog.has_table_privilege(r.oid, {}::regclass, 'SELECT'), "
                                                  "pg_catalog.has_schema_privilege(r.oid, {}, 'USAGE') "
                                                  "FROM pg_catalog.pg_roles r WHERE r.rolname = {}",
                                                  quote_literal(view), quote_literal(history.schema), quote_literal(role)));
    if (!rights) return fail(own_error(rights.error(), "reading the rights of grant_read"));
    if (rights->rows.empty()) {
      return fail(ErrorCode::InvalidConfiguration,
                  fmt::format("grant_read names role {0}, which does not exist: run CREATE ROLE {0}, or take it out",
                              quote_identifier(role)),
                  {role});
    }
    if (*rights->rows[0][0] != "1") {
      if (const auto given = session.query(fmt::format("GRANT SELECT ON {} TO {}", view, quote_identifier(role))); !given) {
        return fail(own_error(given.error(), fmt::format("granting {}", view)));
      }
      notes.push_back(fmt::format("granted SELECT on {} to {}", view, quote_identifier(role)));
    }
    if (*rights->rows[0][1] != "1") {
      notes.push_back(fmt::format("role {0} cannot reach {1} yet: run GRANT USAGE ON SCHEMA {2} TO {0}", quote_identifier(role),
                                  view, quote_identifier(history.schema)));
    }
  }
  return notes;
}

std::string grant_advice(const History &history, const std::string &role, const std::string &primary) {
  const std::string to = quote_identifier(role);
  const std::string usage = fmt::format("GRANT USAGE ON SCHEMA {} TO {}", quote_identifier(history.schema), to);
  for (const auto &name : {history.view(), history.journal(), history.meta(), history.table}) {
    const bool named = primary.size() > name.size() && primary.compare(primary.size() - name.size(), name.size(), name) == 0 &&
                       primary[primary.size() - name.size() - 1] == ' ';
    if (named) return fmt::format("{}; GRANT SELECT ON {} TO {}", usage, history.qualified(name), to);
  }
  return fmt::format("{}; GRANT SELECT ON {} TO {}", usage, history.qualified(history.view()), to);
}

} // namespace migrator::database::postgresql
