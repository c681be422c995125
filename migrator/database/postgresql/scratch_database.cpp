// See scratch_database.h. A name has the time it was made in it, the comment its maker's session; a database without a comment is one whose
// maker was killed between the two statements, and goes after a day.
#include "migrator/database/postgresql/scratch_database.h"

#include <chrono>
#include <random>

#include <fmt/format.h>

#include "migrator/database/postgresql/quoting.h"

namespace migrator::database::postgresql {

namespace {

constexpr const char *kPrefix = "migrator_scratch_";
constexpr std::int64_t kDay = 86'400;

// The maker's session, as pg_stat_activity knows it: a number of a process alone may be another's by now.
constexpr const char *kMaker = "a.pid::text || ' since ' || extract(epoch FROM a.backend_start)::text";

} // namespace

std::string unused_database_name(const std::string &prefix) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  std::random_device device;
  return fmt::format("{}{:08x}{:08x}{:08x}", prefix, now, device(), device());
}

Answer<Rows> drop_database(Session &session, const std::string &name) {
  constexpr int kFirstWithForce = 130000;
  if (session.server_version() >= kFirstWithForce)
    return session.query(fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", quote_identifier(name)));
  static_cast<void>(session.query(fmt::format(
      "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = {}", quote_literal(name))));
  return session.query(fmt::format("DROP DATABASE IF EXISTS {}", quote_identifier(name)));
}

Result<std::unique_ptr<ScratchDatabase>> ScratchDatabase::make(Session &session, const std::string &options) {
  auto made = create(session, options);
  if (made) return made;
  Error error = made.error();
  if (error.code != ErrorCode::NoPermission) error.message += "; make it possible, or set backup.verify to archive";
  error.code = ErrorCode::BackupFailed;
  return fail(std::move(error));
}

Result<std::unique_ptr<ScratchDatabase>> ScratchDatabase::make_for_sql(Session &session, const std::string &options) {
  auto made = create(session, options);
  if (made || made.error().code == ErrorCode::NoPermission) return made;
  Error error = made.error();
  error.message += "; make it possible, or set scratch_url to a server where it is";
  return fail(std::move(error));
}

Result<std::unique_ptr<ScratchDatabase>> ScratchDatabase::create(Session &session, const std::string &options) {
  const std::string name = unused_database_name(kPrefix);
  const auto made = session.query(fmt::format("CREATE DATABASE {} WITH {}", quote_identifier(name), options));
  if (!made) {
    Error error = own_error(made.error(), "making a scratch database");
    if (error.code == ErrorCode::NoPermission)
      error.message += fmt::format("; run ALTER ROLE {} CREATEDB, or set scratch_url", quote_identifier(session.user()));
    return fail(std::move(error));
  }
  std::unique_ptr<ScratchDatabase> scratch(new ScratchDatabase(session, name));
  // Rows of others' tables lie in it.
  static_cast<void>(session.query(fmt::format("REVOKE ALL ON DATABASE {} FROM PUBLIC", quote_identifier(name))));
  const auto maker = session.query(
      fmt::format("SELECT {} FROM pg_catalog.pg_stat_activity a WHERE a.pid = pg_catalog.pg_backend_pid()", kMaker));
  if (!maker) return fail(own_error(maker.error(), "marking a scratch database"));
  const auto marked =
      session.query(fmt::format("COMMENT ON DATABASE {} IS {}", quote_identifier(name),
                                quote_literal("migrator scratch of session " + maker->rows.at(0).at(0).value_or(""))));
  if (!marked) return fail(own_error(marked.error(), "marking a scratch database"));
  return scratch;
}

ScratchDatabase::~ScratchDatabase() {
  try {
    static_cast<void>(drop_database(session_, name_));
  } catch (...) {
    return; // no memory for the answer; the next proof drops it
  }
}

void drop_leftover_scratch(Session &session) {
  const auto found = session.query(fmt::format(
      "SELECT d.datname, coalesce(pg_catalog.shobj_description(d.oid, 'pg_database'), ''), coalesce(pg_catalog.shobj_description("
      "d.oid, 'pg_database'), '') NOT IN (SELECT 'migrator scratch of session ' || {} FROM pg_catalog.pg_stat_activity a WHERE "
      "a.backend_start IS NOT NULL), extract(epoch FROM now())::bigint::text FROM pg_catalog.pg_database d WHERE d.datname ~ "
      "'^{}[0-9a-f]{{24}}$' AND pg_catalog.pg_has_role(d.datdba, 'USAGE')",
      kMaker, kPrefix));
  if (!found) return;
  for (const auto &row : found->rows) {
    const std::string &name = *row[0];
    const bool has_maker = row[1]->rfind("migrator scratch of session ", 0) == 0;
    const std::int64_t made = std::stoll(name.substr(std::string_view(kPrefix).size(), 8), nullptr, 16);
    const bool old = std::stoll(*row[3]) - made > kDay;
    if (old || (has_maker && *row[2] == "1")) static_cast<void>(drop_database(session, name));
  }
}

} // namespace migrator::database::postgresql
