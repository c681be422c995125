// See connect_fence.h. The rights as they were are JSON that SQL writes and SQL reads.
#include "migrator/database/postgresql/connect_fence.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "migrator/database/postgresql/histories.h"
#include "migrator/database/postgresql/quoting.h"
#include "migrator/database/postgresql/server_error.h"

namespace migrator::database::postgresql {

namespace {

constexpr std::chrono::milliseconds kBetweenLooks{50};
// A connection that was closed is listed until its process has ended: who stands in the way has this long to leave by itself.
constexpr std::chrono::milliseconds kToLeave{2'000};
constexpr const char *kThisDatabase = "d.datname = pg_catalog.current_database()";

// Who has CONNECT, by the ACL or by its default. "grantee" is empty for PUBLIC.
constexpr const char *kConnectors =
    "SELECT CASE WHEN x.grantee = 0 THEN '' ELSE pg_catalog.pg_get_userbyid(x.grantee)::text END AS grantee, x.is_grantable AS "
    "grantable, x.grantor <> d.datdba AS foreign_grantor, pg_catalog.pg_get_userbyid(x.grantor)::text AS grantor FROM "
    "pg_catalog.pg_database d, pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) x WHERE "
    "x.privilege_type = 'CONNECT' AND d.datname = pg_catalog.current_database()";

std::string role_name(const std::string &grantee) {
  return grantee.empty() ? "PUBLIC" : quote_identifier(grantee);
}

tl::unexpected<Error> refuse(std::string message, std::vector<std::string> subject = {}) {
  return fail(ErrorCode::NoPermission, "the fence cannot be raised: " + std::move(message), std::move(subject));
}

Error asking(const Complaint &complaint) {
  return own_error(complaint, "raising the fence");
}

struct Other {
  std::string pid;
  std::string role;
  std::string application;
  bool same_role = false;
  bool superuser = false;
  bool may_end = false;
  bool worker = false; // no client: a subscription's, an extension's
};

// Sessions in this database that are not ours: not this one, not the one that holds our lock.
Result<std::vector<Other>> others(Session &session, const AdvisoryKeys &keys) {
  const auto rows = session.query(fmt::format(
      "SELECT a.pid::text, coalesce(a.usename::text, ''), coalesce(a.application_name, ''), coalesce(a.usename = current_user OR "
      "a.usename = session_user, false), coalesce(r.rolsuper, false), coalesce(pg_catalog.pg_has_role(a.usesysid, 'USAGE') OR "
      "pg_catalog.pg_has_role('pg_signal_backend', 'USAGE'), false) AND (NOT coalesce(r.rolsuper, false) OR "
      "(SELECT s.rolsuper FROM pg_catalog.pg_roles s WHERE s.rolname = current_user)), coalesce(a.backend_type NOT IN "
      "('client backend', 'walsender', 'parallel worker', 'autovacuum worker'), a.usesysid IS NULL) FROM "
      "pg_catalog.pg_stat_activity a LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid WHERE a.datname = "
      "pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid() AND coalesce(a.backend_type, '') NOT IN "
      "('autovacuum worker', 'parallel worker') AND a.pid NOT IN (SELECT l.pid FROM pg_catalog.pg_locks l WHERE l.locktype = "
      "'advisory' AND l.granted AND l.mode = 'ExclusiveLock' AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE "
      "{}) "
      "AND ({})) ORDER BY a.pid",
      kThisDatabase, in_pg_locks(keys.history)));
  if (!rows) return fail(asking(rows.error()));
  std::vector<Other> found;
  for (const auto &row : rows->rows)
    found.push_back({*row[0], *row[1], *row[2], *row[3] == "1", *row[4] == "1", *row[5] == "1", *row[6] == "1"});
  return found;
}

std::string told(const Other &other) {
  return fmt::format("{} of role {} (pid {})", other.application.empty() ? "a session" : other.application,
                     quote_identifier(other.role), other.pid);
}

Status sessions_allow(Session &session, const AdvisoryKeys &keys) {
  const auto found = others(session, keys);
  if (!found) return tl::unexpected(found.error());
  const std::string us = quote_identifier(session.user());
  for (const Other &other : *found) {
    if (other.worker) {
      // Invisible to a role without pg_read_all_stats: nothing of a background process is told then, not even that it is one.
      if (other.role.empty() && other.application.empty()) continue;
      return refuse(fmt::format("{} works in this database without logging in: stop it first", told(other)));
    }
    if (other.same_role) {
      return refuse(
          fmt::format("{} uses the role of this run, which stays admitted: give the migrator a role of its own, or end that "
                      "session",
                      told(other)),
          {other.role});
    }
    if (!other.may_end) {
      return refuse(other.superuser
                        ? fmt::format("{} is a superuser's, which only a superuser may end: end it first", told(other))
                        : fmt::format("{} may not be ended by role {}: run GRANT pg_signal_backend TO {}", told(other), us, us),
                    {other.role});
    }
  }
  return {};
}

Status check_sessions(Session &session, const AdvisoryKeys &keys, std::chrono::milliseconds wait) {
  const auto give_up = std::chrono::steady_clock::now() + std::min(wait, kToLeave);
  for (;;) {
    Status allowed = sessions_allow(session, keys);
    const bool stands_in_the_way = !allowed && allowed.error().code == ErrorCode::NoPermission;
    if (!stands_in_the_way || std::chrono::steady_clock::now() > give_up) return allowed;
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

// What no right to CONNECT holds back.
Status check_database(Session &session) {
  const auto rows = session.query(fmt::format(
      "SELECT pg_catalog.pg_has_role(d.datdba, 'USAGE'), pg_catalog.pg_get_userbyid(d.datdba)::text, (SELECT count(*) FROM "
      "pg_catalog.pg_prepared_xacts p WHERE p.database = d.datname)::text, (SELECT count(*) FROM pg_catalog.pg_stat_subscription "
      "s JOIN "
      "pg_catalog.pg_stat_activity a ON a.pid = s.pid WHERE a.datname = d.datname)::text FROM pg_catalog.pg_database d WHERE {}",
      kThisDatabase));
  if (!rows) return fail(asking(rows.error()));
  const auto &row = rows->rows.at(0);
  const std::string database = quote_identifier(session.database());
  if (*row[0] != "1") {
    return refuse(
        fmt::format("database {0} belongs to role {1}, and only its owner may take CONNECT from others: run ALTER DATABASE {0} "
                    "OWNER TO {2}, or GRANT {1} TO {2}",
                    database, quote_identifier(*row[1]), quote_identifier(session.user())),
        {*row[1]});
  }
  if (*row[2] != "0") {
    return refuse(
        fmt::format("{} prepared transaction{} of this database could be committed meanwhile: end them by COMMIT PREPARED or "
                    "ROLLBACK PREPARED (pg_prepared_xacts lists them)",
                    *row[2], *row[2] == "1" ? "" : "s"));
  }
  if (*row[3] != "0") return refuse("a subscription writes into this database: run ALTER SUBSCRIPTION … DISABLE first");
  return {};
}

// Takes the rights away, in a transaction that is left open.
Status revoke(Session &session, const History &history, const std::string &run_id) {
  const auto connectors = session.query(kConnectors);
  if (!connectors) return fail(asking(connectors.error()));
  const std::string database = quote_identifier(session.database());
  const std::string us = session.user();
  bool have_it = false;
  std::string sql;
  for (const auto &row : connectors->rows) {
    const std::string &grantee = *row[0];
    if (*row[2] == "1") {
      return refuse(fmt::format("role {} has CONNECT from role {}, who is not the database's owner: grant it as the owner",
                                role_name(grantee), quote_identifier(*row[3])),
                    {grantee});
    }
    if (grantee == us)
      have_it = true;
    else
      sql += fmt::format("REVOKE CONNECT ON DATABASE {} FROM {}; ", database, role_name(grantee));
  }
  if (!have_it) sql += fmt::format("GRANT CONNECT ON DATABASE {} TO {}; ", database, quote_identifier(us));
  const auto stored = session.query(fmt::format(
      "INSERT INTO {} (key, value) SELECT '{}', pg_catalog.json_build_object('run_id', {}::text, 'since', to_char(now() AT TIME "
      "ZONE "
      "'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), 'role', {}::text, 'lent', {}, 'acl', (SELECT d.datacl::text FROM "
      "pg_catalog.pg_database d WHERE {}), 'connect', (SELECT "
      "coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('grantee', "
      "c.grantee, 'grantable', c.grantable)), '[]'::json) FROM ({}) c))::text ON CONFLICT (key) DO NOTHING RETURNING 1",
      history.qualified(history.meta()), kFenceKey, quote_literal(run_id), quote_literal(us), have_it ? "false" : "true",
      kThisDatabase, kConnectors));
  if (!stored) return fail(asking(stored.error()));
  if (stored->rows.empty()) return fail(ErrorCode::Internal, "a fence was to be raised while that of another run is still up");
  if (const auto revoked = session.query(sql); !revoked) return fail(asking(revoked.error()));
  const auto left = session.query(
      "SELECT r.rolname::text FROM pg_catalog.pg_roles r WHERE r.rolcanlogin AND NOT r.rolsuper AND r.rolname <> current_user "
      "AND "
      "r.rolname <> session_user AND pg_catalog.has_database_privilege(r.oid, pg_catalog.current_database(), 'CONNECT') ORDER BY "
      "r.rolname COLLATE \"C\" LIMIT 5");
  if (!left) return fail(asking(left.error()));
  if (!left->rows.empty()) {
    std::vector<std::string> roles;
    for (const auto &row : left->rows) roles.push_back(*row[0]);
    return refuse(
        fmt::format("role {} inherits the right to connect from role {}, which stays admitted: give the migrator a role that "
                    "nobody else is a member of",
                    fmt::join(roles, ", "), quote_identifier(us)),
        roles);
  }
  return {};
}

// Ends those who are in and waits until they are gone.
Status empty_database(Session &session, const AdvisoryKeys &keys, std::chrono::milliseconds wait) {
  const auto start = std::chrono::steady_clock::now();
  const auto give_up = start + wait, left_by = start + std::min(wait, kToLeave);
  bool all_told = false;
  for (;;) {
    const auto found = others(session, keys);
    if (!found) return tl::unexpected(found.error());
    std::vector<Other> clients;
    for (const Other &other : *found)
      if (!other.worker) clients.push_back(other);
    if (clients.empty()) return {};
    for (const Other &other : clients) {
      if (all_told && other.superuser && std::chrono::steady_clock::now() > give_up) {
        return refuse(
            fmt::format("{} is a superuser's and comes back, and superusers cannot be held out: stop what logs in as one",
                        told(other)),
            {other.role});
      }
      if (other.same_role) {
        if (std::chrono::steady_clock::now() <= left_by) continue;
        return refuse(
            fmt::format("{} uses the role of this run, which stays admitted: give the migrator a role of its own", told(other)),
            {other.role});
      }
      if (const auto ended = session.query("SELECT pg_catalog.pg_terminate_backend(" + other.pid + ")"); !ended)
        return fail(asking(ended.error()));
    }
    all_told = true;
    if (std::chrono::steady_clock::now() > give_up) {
      return fail(ErrorCode::LockTimeout,
                  fmt::format("{} did not leave within {} ms: the fence is down again; end it, then run the same command again",
                              told(clients.front()), wait.count()));
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

} // namespace

Status raise_connect_fence(Session &session, const History &history, const AdvisoryKeys &keys, const std::string &run_id,
                           std::chrono::milliseconds wait) {
  if (auto database = check_database(session); !database) return database;
  if (auto sessions = check_sessions(session, keys, wait); !sessions) return sessions;
  if (const auto begun = session.query("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"); !begun)
    return fail(asking(begun.error()));
  Status raised = revoke(session, history, run_id);
  const auto ended = session.query(raised ? "COMMIT" : "ROLLBACK");
  if (!raised) return raised;
  if (!ended) return fail(asking(ended.error()));
  if (auto left = empty_database(session, keys, wait); !left) {
    if (auto lowered = lower_connect_fence(session, history); !lowered) {
      Error error = left.error();
      error.message += "; the rights could not be put back, the next run does it: " + lowered.error().message;
      return fail(std::move(error));
    }
    return left;
  }
  return {};
}

Status lower_connect_fence(Session &session, const History &history) {
  const auto failed = [&session](const Complaint &complaint) {
    static_cast<void>(session.query("ROLLBACK"));
    Error error = own_error(complaint, "lowering the fence");
    return fail(std::move(error));
  };
  if (const auto begun = session.query("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"); !begun) return failed(begun.error());
  const std::string meta = history.qualified(history.meta());
  const auto stored = session.query(fmt::format(
      "DELETE FROM {} WHERE key = '{}' RETURNING value, value::json->>'role', value::json->>'lent'", meta, kFenceKey));
  if (!stored) return failed(stored.error());
  if (stored->rows.empty()) {
    static_cast<void>(session.query("ROLLBACK"));
    return {};
  }
  const std::string value = stored->rows[0][0].value_or("");
  const std::string connect = fmt::format(
      "pg_catalog.json_to_recordset({}::json->'connect') AS w(grantee text, grantable boolean)", quote_literal(value));
  const auto wanted = session.query(fmt::format("SELECT w.grantee, w.grantable FROM {} WHERE w.grantee = '' OR EXISTS (SELECT 1 "
                                                "FROM pg_catalog.pg_roles r WHERE r.rolname = "
                                                "w.grantee)",
                                                connect));
  if (!wanted) return failed(wanted.error());
  const std::string database = quote_identifier(session.database());
  std::string sql;
  if (stored->rows[0][2].value_or("") == "true") {
    const std::string role = stored->rows[0][1].value_or("");
    const auto there = session.query(fmt::format("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = {}", quote_literal(role)));
    if (there && !there->rows.empty())
      sql += fmt::format("REVOKE CONNECT ON DATABASE {} FROM {}; ", database, quote_identifier(role));
  }
  for (const auto &row : wanted->rows) {
    sql += fmt::format("GRANT CONNECT ON DATABASE {} TO {}{}; ", database, role_name(*row[0]),
                       *row[1] == "1" ? " WITH GRANT OPTION" : "");
  }
  if (const auto granted = session.query(sql.empty() ? "SELECT 1" : sql); !granted) return failed(granted.error());
  // As it was: the same set of rights, whether an ACL is written out or is the default.
  const auto same = session.query(fmt::format("SELECT NOT EXISTS ((SELECT w.grantee, w.grantable FROM {0} WHERE w.grantee = '' "
                                              "OR EXISTS (SELECT 1 FROM pg_catalog.pg_roles r "
                                              "WHERE r.rolname = w.grantee)) EXCEPT (SELECT c.grantee, c.grantable FROM ({1}) "
                                              "c)) AND NOT EXISTS ((SELECT c.grantee, c.grantable "
                                              "FROM ({1}) c) EXCEPT (SELECT w.grantee, w.grantable FROM {0}))",
                                              connect, kConnectors));
  if (!same) return failed(same.error());
  if (same->rows.at(0).at(0) != "1") {
    static_cast<void>(session.query("ROLLBACK"));
    return fail(
        ErrorCode::NoPermission,
        fmt::format(
            "the fence cannot be lowered: the rights on database {} are not what they were after giving them back; as the "
            "owner, give CONNECT back by hand to those that {} names under the key {}, then delete that row",
            database, meta, kFenceKey));
  }
  if (const auto ended = session.query("COMMIT"); !ended) return failed(ended.error());
  return {};
}

Result<bool> lower_any_connect_fence(Session &session, const History &own) {
  const Ask ask = ask_session(session, "looking for a killed run's fence");
  const auto histories = find_histories(ask, own);
  if (!histories) return tl::unexpected(histories.error());
  bool any = false;
  for (const History &history : *histories) {
    const auto value = fence_value(ask, history);
    if (!value) return tl::unexpected(value.error());
    if (!*value) continue;
    if (auto lowered = lower_connect_fence(session, history); !lowered) return tl::unexpected(lowered.error());
    any = true;
  }
  return any;
}

Result<std::optional<std::string>> fence_value(const Ask &ask, const History &history) {
  const auto there = has_relation(ask, history, history.meta());
  if (!there) return tl::unexpected(there.error());
  if (!*there) return std::nullopt;
  const auto rows = ask(fmt::format("SELECT value FROM {} WHERE key = '{}'", history.qualified(history.meta()), kFenceKey), 1);
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return std::nullopt;
  return rows->at(0).at(0);
}

std::string keep_fence_sql(const std::vector<History> &restored, const History &own, const std::string &value) {
  std::string sql;
  for (const History &history : restored)
    sql += fmt::format("DELETE FROM {} WHERE key = '{}';\n", history.qualified(history.meta()), kFenceKey);
  if (!value.empty())
    sql += fmt::format("INSERT INTO {} (key, value) VALUES ('{}', {});\n", own.qualified(own.meta()), kFenceKey,
                       quote_literal(value));
  return sql;
}

} // namespace migrator::database::postgresql
