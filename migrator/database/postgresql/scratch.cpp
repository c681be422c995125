// PostgresqlDatabase::open_scratch(): a database of its own to load SQL in, made beside the one that `place` names.
#include <fmt/format.h>

#include "migrator/database/backup.h"
#include "migrator/database/postgresql/postgresql_database.h"
#include "migrator/database/postgresql/quoting.h"
#include "migrator/database/postgresql/scratch_database.h"

namespace migrator::database::postgresql {

namespace {

constexpr int kFirstWithProvider = 150000;
constexpr int kFirstWithRules = 160000;
constexpr int kFirstWithBuiltin = 170000;

// The session that made the database, and the database: it is dropped by the session that outlives it.
struct Kept {
  std::unique_ptr<Session> maker;
  std::unique_ptr<ScratchDatabase> database;
};

// What stands after WITH in a CREATE DATABASE on a server of version `wanted_by`, for a database like the one that `session` is in.
Result<std::string> options_like(Session &session, int wanted_by) {
  const int version = session.server_version();
  std::string provider = "'c', '', ''";
  if (version >= kFirstWithBuiltin)
    provider = "datlocprovider::text, coalesce(datlocale, ''), coalesce(daticurules, '')";
  else if (version >= kFirstWithRules)
    provider = "datlocprovider::text, coalesce(daticulocale, ''), coalesce(daticurules, '')";
  else if (version >= kFirstWithProvider)
    provider = "datlocprovider::text, coalesce(daticulocale, ''), ''";
  const auto found =
      session.query(fmt::format("SELECT pg_catalog.pg_encoding_to_char(encoding), datcollate::text, datctype::text, {} FROM "
                                "pg_catalog.pg_database WHERE datname = pg_catalog.current_database()",
                                provider));
  if (!found) return fail(own_error(found.error(), "asking for the database's encoding and locale"));
  if (found->rows.empty()) return fail(ErrorCode::Internal, "the server does not list the database that we are in");
  const auto &row = found->rows.front();
  std::string options = fmt::format("TEMPLATE = template0 ENCODING = {} LC_COLLATE = {} LC_CTYPE = {}", quote_literal(*row[0]),
                                    quote_literal(*row[1]), quote_literal(*row[2]));
  if (wanted_by < kFirstWithProvider) return options;
  const std::string &kind = *row[3];
  if (kind == "i") {
    options += " LOCALE_PROVIDER = icu ICU_LOCALE = " + quote_literal(*row[4]);
    if (!row[5]->empty()) options += " ICU_RULES = " + quote_literal(*row[5]);
  } else if (kind == "b") {
    options += " LOCALE_PROVIDER = builtin BUILTIN_LOCALE = " + quote_literal(*row[4]);
  } else {
    options += " LOCALE_PROVIDER = libc";
  }
  return options;
}

// Like the target if it can be asked, else like the database that it stands beside.
Result<std::string> scratch_options(const DatabaseUrl &target, const DatabaseUrl &beside, Session &maker) {
  if (target.conninfo != beside.conninfo && !target.conninfo.empty()) {
    if (const auto settings = connection_settings(target, "migrator scratch")) {
      if (const auto session = Session::connect(*settings)) {
        if (auto options = options_like(**session, maker.server_version())) return options;
      }
    }
  }
  return options_like(maker, maker.server_version());
}

} // namespace

Result<std::unique_ptr<Database>> PostgresqlDatabase::open_scratch(const DatabaseUrl &target, const Scratch &place,
                                                                   const OpenOptions &options) {
  const auto &beside = place.url ? place.url : place.same_server;
  if (!beside) {
    return fail(ErrorCode::InvalidConfiguration,
                "models and revisions are loaded into a scratch database, and none is configured: set scratch_url to a server "
                "where one may be made, or scratch: same-server");
  }
  const auto settings = connection_settings(*beside, "migrator scratch");
  if (!settings) return tl::unexpected(settings.error());
  auto maker = Session::connect(*settings);
  if (!maker) return tl::unexpected(maker.error());
  drop_leftover_scratch(**maker);
  const auto like = scratch_options(target, *beside, **maker);
  if (!like) return tl::unexpected(like.error());
  auto kept = std::make_shared<Kept>();
  kept->maker = std::move(*maker);
  auto made = ScratchDatabase::make_for_sql(*kept->maker, *like);
  if (!made) return tl::unexpected(made.error());
  kept->database = std::move(*made);
  const auto set =
      kept->maker->query(fmt::format("ALTER DATABASE {} SET synchronous_commit = off", quote_identifier(kept->database->name())));
  if (!set) return fail(own_error(set.error(), "setting up a scratch database"));
  auto database = connect(*beside, kept->database->name(), options);
  if (!database) return tl::unexpected(database.error());
  (*database)->scratch_ = std::move(kept);
  return std::unique_ptr<Database>(std::move(*database));
}

} // namespace migrator::database::postgresql
