// See backup_rights.h.
#include "migrator/database/postgresql/backup_rights.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "migrator/database/postgresql/connection_settings.h"
#include "migrator/database/postgresql/quoting.h"
#include "migrator/database/postgresql/server_error.h"

namespace migrator::database::postgresql {

namespace {

constexpr std::size_t kNamed = 5;

// The same rule as pg_dump's: no temporary relation, nothing of the system's. What belongs to an extension is dumped by its own rule.
constexpr const char *kUsers =
    "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT EXISTS (SELECT 1 FROM "
    "pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype "
    "= 'e')";

Result<std::vector<std::string>> names(Session &session, const std::string &sql) {
  const auto rows = session.query(sql);
  if (!rows) {
    Error error = own_error(rows.error(), "asking what may be read");
    return fail(std::move(error));
  }
  std::vector<std::string> found;
  for (const auto &row : rows->rows) found.push_back(row[0].value_or(""));
  return found;
}

std::string some_of(std::vector<std::string> found) {
  const std::size_t more = found.size() > kNamed ? found.size() - kNamed : 0;
  found.resize(std::min(found.size(), kNamed));
  return fmt::format("{}{}", fmt::join(found, ", "), more > 0 ? fmt::format(" and {} more", more) : "");
}

std::int64_t number(const std::string &text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

} // namespace

Status check_readable(Session &session) {
  const std::string us = quote_identifier(session.user());
  const auto schemas =
      names(session,
            fmt::format(
                "SELECT DISTINCT pg_catalog.quote_ident(n.nspname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON "
                "n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'S', 'm') AND {} AND NOT "
                "pg_catalog.has_schema_privilege(n.oid, 'USAGE') ORDER BY 1",
                kUsers));
  if (!schemas) return tl::unexpected(schemas.error());
  if (!schemas->empty()) {
    return fail(ErrorCode::BackupFailed,
                fmt::format("role {0} cannot back up what it may not use: schema {1}; run GRANT USAGE ON SCHEMA {1} TO {0}", us,
                            some_of(*schemas)),
                *schemas);
  }
  const auto relations = names(
      session,
      fmt::format("SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) FROM "
                  "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', "
                  "'p', 'S', 'm') AND c.relpersistence <> 't' AND {} AND NOT pg_catalog.has_table_privilege(c.oid, 'SELECT') "
                  "ORDER BY 1",
                  kUsers));
  if (!relations) return tl::unexpected(relations.error());
  if (!relations->empty()) {
    return fail(
        ErrorCode::BackupFailed,
        fmt::format(
            "role {0} cannot back up what it may not read: {1}; run GRANT SELECT ON … TO {0}, or GRANT pg_read_all_data TO {0}",
            us, some_of(*relations)),
        *relations);
  }
  const auto hidden = names(
      session,
      fmt::format("SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) FROM "
                  "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relrowsecurity AND {} "
                  "AND pg_catalog.row_security_active(c.oid) ORDER BY 1",
                  kUsers));
  if (!hidden) return tl::unexpected(hidden.error());
  if (!hidden->empty()) {
    return fail(
        ErrorCode::BackupFailed,
        fmt::format(
            "row security would hide rows of {} from role {}: run ALTER ROLE {} BYPASSRLS, or back up as the tables' owner",
            some_of(*hidden), us, us),
        *hidden);
  }
  const auto objects = names(
      session, "SELECT m.oid::text FROM pg_catalog.pg_largeobject_metadata m WHERE NOT pg_catalog.pg_has_role(m.lomowner, "
               "'USAGE') AND NOT "
               "(SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user) AND NOT EXISTS (SELECT 1 FROM "
               "pg_catalog.aclexplode(m.lomacl) a WHERE a.privilege_type = 'SELECT' AND (a.grantee = 0 OR "
               "pg_catalog.pg_has_role(a.grantee, "
               "'USAGE'))) AND NOT current_setting('lo_compat_privileges')::boolean ORDER BY m.oid LIMIT 100");
  if (!objects) return tl::unexpected(objects.error());
  if (!objects->empty()) {
    return fail(
        ErrorCode::BackupFailed,
        fmt::format("role {} cannot back up large objects that it may not read: {}; run GRANT SELECT ON LARGE OBJECT … TO {}", us,
                    some_of(*objects), us),
        *objects);
  }
  return {};
}

Status check_scratch(Session &session, const Scratch &scratch) {
  std::unique_ptr<Session> elsewhere;
  if (scratch.url) {
    const auto settings = connection_settings(*scratch.url, "migrator scratch");
    if (!settings) return fail(ErrorCode::BackupFailed, "scratch_url: " + settings.error().message);
    auto connected = Session::connect(*settings);
    if (!connected) return fail(ErrorCode::BackupFailed, "scratch_url: " + connected.error().message);
    elsewhere = std::move(*connected);
  } else if (!scratch.same_server) {
    return fail(ErrorCode::BackupFailed,
                "backup.verify is restore, but there is no scratch database to restore into: set scratch_url, or "
                "scratch: same-server");
  }
  Session &there = elsewhere ? *elsewhere : session;
  const auto rights =
      there.query("SELECT r.rolsuper, r.rolcreatedb OR r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user");
  if (!rights) return fail(ErrorCode::BackupFailed, own_error(rights.error(), "asking for rights on the scratch server").message);
  const std::string us = quote_identifier(there.user());
  if (*rights->rows.at(0)[1] != "1") {
    return fail(ErrorCode::BackupFailed,
                fmt::format("backup.verify is restore, but role {} may not make a scratch database: run ALTER ROLE {} CREATEDB{}",
                            us, us, elsewhere ? " there" : ", or set scratch_url"));
  }
  if (*rights->rows.at(0)[0] == "1") return {};
  const auto extensions =
      names(session, "SELECT DISTINCT x.extname::text FROM pg_catalog.pg_extension x WHERE x.oid >= 16384 ORDER BY 1");
  if (!extensions) return tl::unexpected(extensions.error());
  std::string wanted;
  for (const std::string &name : *extensions) wanted += (wanted.empty() ? "" : ", ") + quote_literal(name);
  if (wanted.empty()) return {};
  constexpr int kFirstWithTrusted = 130000;
  const auto hard = names(
      there, fmt::format("SELECT w.name FROM pg_catalog.unnest(ARRAY[{}]::text[]) w(name) WHERE NOT EXISTS (SELECT 1 FROM "
                         "pg_catalog.pg_available_extension_versions v WHERE v.name = w.name AND (NOT v.superuser{})) ORDER BY 1",
                         wanted, there.server_version() >= kFirstWithTrusted ? " OR v.trusted" : ""));
  if (!hard) return tl::unexpected(hard.error());
  if (hard->empty()) return {};
  return fail(
      ErrorCode::BackupFailed,
      fmt::format(
          "backup.verify is restore, but only a superuser can make extension {} in a scratch database: set scratch_url to a "
          "superuser's of a server for that, or backup.verify to archive",
          some_of(*hard)),
      *hard);
}

Result<std::int64_t> table_bytes(Session &session) {
  const auto rows =
      session.query("SELECT (coalesce(sum(c.relpages), 0) * pg_catalog.current_setting('block_size')::bigint)::bigint::text FROM "
                    "pg_catalog.pg_class c WHERE c.relkind IN ('r', 't') AND c.oid >= 16384");
  if (!rows) return fail(own_error(rows.error(), "asking for the tables' size"));
  return number(*rows->rows.at(0)[0]);
}

Result<BackupNeeds> needs_of(Session &session) {
  constexpr std::int64_t kSurelyLess = 100;
  const auto tables = table_bytes(session);
  if (!tables) return tl::unexpected(tables.error());
  const auto rows = session.query("SELECT pg_catalog.pg_database_size(pg_catalog.current_database())::text");
  if (!rows) return fail(own_error(rows.error(), "asking for the database's size"));
  return BackupNeeds{*tables / kSurelyLess, number(*rows->rows.at(0)[0])};
}

} // namespace migrator::database::postgresql
