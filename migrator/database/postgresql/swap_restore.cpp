// See swap_restore.h. At every moment the name leads to a whole database with the fence up: before the transaction of renames to the old one,
// after it to the new one.
#include "migrator/database/postgresql/swap_restore.h"

#include <utility>

#include <fmt/format.h>

#include "migrator/database/postgresql/connect_fence.h"
#include "migrator/database/postgresql/database_properties.h"
#include "migrator/database/postgresql/definitions.h"
#include "migrator/database/postgresql/quoting.h"
#include "migrator/database/postgresql/restore_roles.h"
#include "migrator/database/postgresql/scratch_database.h"
#include "migrator/database/postgresql/swap_journal.h"

namespace migrator::database::postgresql {

namespace {

ConnectionSettings in_database(const ConnectionSettings &settings, const std::string &database) {
  ConnectionSettings there = settings;
  std::erase_if(there.parameters, [](const auto &parameter) { return parameter.first == "dbname"; });
  there.parameters.emplace_back("dbname", database);
  return there;
}

tl::unexpected<Error> refuse(std::string message, std::vector<std::string> subject = {}) {
  return fail(ErrorCode::NoPermission, "the backup cannot be restored by --swap: " + std::move(message), std::move(subject));
}

// A session in a database of the cluster that is not the one to be renamed.
Result<std::unique_ptr<Session>> outside(const ConnectionSettings &settings, const std::string &database) {
  Error last;
  for (const char *name : {"postgres", "template1"}) {
    if (database == name) continue;
    auto session = Session::connect(in_database(settings, name));
    if (session) return session;
    last = session.error();
  }
  return refuse("it needs to log in to the database postgres or template1 of the same server: " + last.message);
}

Error unchanged(Error error) {
  if (error.code != ErrorCode::Terminated) {
    error.code = ErrorCode::BackupFailed;
    constexpr std::string_view kKnown = "the restore failed and changed nothing: ";
    if (error.message.rfind(kKnown, 0) != 0) error.message = std::string(kKnown) + error.message;
  }
  return error;
}

class Swapping {
public:
  Swapping(const RestoreSite &site, const ConnectionSettings &settings, RunLock &lock, const RestoreRequest &request,
           BackupObserver &observer)
      : site_(site), settings_(settings), lock_(lock), request_(request), observer_(observer) {}

  Status run() {
    swap_.database = site_.session.database();
    // Names longer than 63 bytes would be cut.
    swap_.displaced = unused_database_name(swap_.database.substr(0, 26) + "_displaced_");
    swap_.fresh = unused_database_name(swap_.database.substr(0, 26) + "_restored_");
    auto outer = outside(settings_, swap_.database);
    if (!outer) return tl::unexpected(outer.error());
    outer_ = std::move(*outer);
    if (auto old = finish_old(); !old) return old;
    const Ask ask = ask_session(site_.session, "reading what the database has");
    const auto fence = fence_value(ask, site_.history);
    if (!fence) return tl::unexpected(fence.error());
    if (!*fence) return fail(ErrorCode::Internal, "a restore by --swap was asked for without the fence");
    if (auto written = write_swap_journal(request_.swap_journal, swap_); !written) return written;
    Status filled = fill(**fence);
    if (filled) filled = rename();
    if (!filled) {
      // What was not renamed is not needed; a journal that stays tells the next restore to try again.
      if (!renamed_ && drop_database(*outer_, swap_.fresh)) static_cast<void>(remove_swap_journal(request_.swap_journal));
      return filled;
    }
    if (const auto dropped = drop_database(*outer_, swap_.displaced); !dropped) {
      observer_.note(fmt::format("database {} is what the restore replaced and could not be dropped ({}): drop it",
                                 swap_.displaced, dropped.error().primary));
      return {};
    }
    return remove_swap_journal(request_.swap_journal);
  }

private:
  // What a killed swap left: the new database if it had not taken the name, the old one if it had.
  Status finish_old() {
    const auto old = read_swap_journal(request_.swap_journal);
    if (!old) return tl::unexpected(old.error());
    if (!*old) return {};
    if ((*old)->database != swap_.database) {
      return fail(ErrorCode::BackupFailed,
                  fmt::format("{} is the journal of a swap of database {}: restore that one first, or remove the file",
                              request_.swap_journal, (*old)->database));
    }
    for (const std::string &name : {(*old)->fresh, (*old)->displaced}) {
      const auto dropped = drop_database(*outer_, name);
      if (!dropped) {
        return fail(ErrorCode::BackupFailed, fmt::format("database {} is left of an earlier swap and cannot be dropped: {}", name,
                                                         dropped.error().primary));
      }
    }
    return remove_swap_journal(request_.swap_journal);
  }

  Status fill(const std::string &fence) {
    const std::string file = request_.folder + "/" + request_.dumped.file;
    const auto options = archive_database_options(site_.tools, file, site_.limits);
    if (!options) return fail(unchanged(options.error()));
    const Ask ask = ask_session(*outer_, "reading what the database has");
    const auto tablespace = tablespace_of(ask, swap_.database);
    if (!tablespace) return fail(unchanged(tablespace.error()));
    const auto made = outer_->query(fmt::format("CREATE DATABASE {} WITH {} TABLESPACE = {}", quote_identifier(swap_.fresh),
                                                *options, quote_identifier(*tablespace)));
    if (!made) return fail(unchanged(own_error(made.error(), "making the new database")));
    // Nobody else's business until it has the name.
    const auto closed = outer_->query(fmt::format("REVOKE CONNECT ON DATABASE {} FROM PUBLIC", quote_identifier(swap_.fresh)));
    if (!closed) return fail(unchanged(own_error(closed.error(), "closing the new database")));
    const auto session = Session::connect(in_database(settings_, swap_.fresh));
    if (!session) return fail(unchanged(session.error()));
    const RestoreSite there{**session, site_.history, site_.keys, site_.tools, site_.limits};
    if (auto filled = fill_new(there, request_, fence, observer_); !filled) return fail(unchanged(filled.error()));
    return {};
  }

  // All sessions leave both databases; what comes meanwhile waits for the transaction, and is told that the database went.
  Status rename() {
    const Ask ask = ask_session(*outer_, "reading what the database has");
    const auto properties = properties_sql(ask, swap_.database, swap_.fresh);
    if (!properties) return fail(unchanged(properties.error()));
    std::string sql = "BEGIN; ";
    for (const std::string &statement : *properties) sql += statement + " ";
    sql += fmt::format("ALTER DATABASE {0} RENAME TO {1}; ALTER DATABASE {2} RENAME TO {0}; COMMIT",
                       quote_identifier(swap_.database), quote_identifier(swap_.displaced), quote_identifier(swap_.fresh));
    lock_.leave();
    site_.session.disconnect();
    const auto swapped = outer_->query(sql);
    if (!swapped && !swapped.error().lost) static_cast<void>(outer_->query("ROLLBACK"));
    if (!swapped && swapped.error().lost) {
      auto again = outside(settings_, swap_.database);
      if (!again) {
        renamed_ = true; // perhaps: nothing may be dropped
        return fail(ErrorCode::CommitUnknown,
                    "the connection was lost while the databases were renamed: which of them has the name is not "
                    "known yet; run `migrator status` when the server is back");
      }
      outer_ = std::move(*again);
      const auto there =
          outer_->query(fmt::format("SELECT 1 FROM pg_catalog.pg_database WHERE datname = {}", quote_literal(swap_.displaced)));
      renamed_ = !there || !there->rows.empty();
    } else {
      renamed_ = swapped.has_value();
    }
    if (auto back = site_.session.reconnect(settings_); !back) return back;
    const auto locked = lock_.try_acquire();
    const auto widened = locked && *locked ? lock_.try_widen() : locked;
    if (!widened) return tl::unexpected(widened.error());
    if (!renamed_) return fail(unchanged(own_error(swapped.error(), "renaming the databases")));
    if (!*widened) {
      return fail(ErrorCode::LockBusy,
                  "the databases have been swapped and the backup is restored, but another run took the lock meanwhile: "
                  "look at `migrator status`");
    }
    return {};
  }

  const RestoreSite &site_;
  const ConnectionSettings &settings_;
  RunLock &lock_;
  const RestoreRequest &request_;
  BackupObserver &observer_;
  std::unique_ptr<Session> outer_;
  Swap swap_;
  bool renamed_ = false;
};

} // namespace

Status check_swap(const RestoreSite &site, const ConnectionSettings &settings, const RestoreRequest &request) {
  if (request.swap_journal.empty()) return fail(ErrorCode::Internal, "a restore by --swap was asked for without a journal");
  const Ask ask = ask_session(site.session, "asking for rights");
  const std::string us = quote_identifier(site.session.user());
  const auto rights =
      ask("SELECT (r.rolcreatedb OR r.rolsuper)::int::text, pg_catalog.pg_has_role(d.datdba, 'USAGE')::int::text FROM "
          "pg_catalog.pg_roles r, pg_catalog.pg_database d WHERE r.rolname = current_user AND d.datname = "
          "pg_catalog.current_database()",
          2);
  if (!rights) return tl::unexpected(rights.error());
  if (rights->at(0)[0] != "1") return refuse(fmt::format("role {0} may not make a database: run ALTER ROLE {0} CREATEDB", us));
  if (rights->at(0)[1] != "1") return refuse(fmt::format("role {} does not own the database", us));
  const auto roles =
      ask("SELECT DISTINCT pg_catalog.pg_get_userbyid(s.setrole)::text FROM pg_catalog.pg_db_role_setting s JOIN "
          "pg_catalog.pg_database d ON d.oid = s.setdatabase WHERE d.datname = pg_catalog.current_database() AND s.setrole <> 0 "
          "AND pg_catalog.pg_get_userbyid(s.setrole) <> current_user AND NOT (SELECT r.rolsuper OR r.rolcreaterole FROM "
          "pg_catalog.pg_roles r WHERE r.rolname = current_user)",
          1);
  if (!roles) return tl::unexpected(roles.error());
  if (!roles->empty()) {
    return refuse(
        fmt::format(
            "role {} has settings of its own in this database, which role {} may not give it in the new one: run ALTER ROLE {} "
            "CREATEROLE",
            roles->at(0)[0], us, us),
        {roles->at(0)[0]});
  }
  const auto definitions = archive_definitions(site.tools, request.folder + "/" + request.dumped.file, site.limits);
  if (!definitions) return tl::unexpected(definitions.error());
  const auto missing = roles_not_to_be_set(ask, *definitions);
  if (!missing) return tl::unexpected(missing.error());
  if (!missing->empty()) {
    return refuse(fmt::format("it gives things to role {}, which does not exist here or which role {} is no member of",
                              fmt::join(*missing, ", "), us),
                  *missing);
  }
  const auto elsewhere = outside(settings, site.session.database());
  if (!elsewhere) return tl::unexpected(elsewhere.error());
  return {};
}

Status restore_by_swap(const RestoreSite &site, const ConnectionSettings &settings, RunLock &lock, const RestoreRequest &request,
                       BackupObserver &observer) {
  if (auto possible = check_swap(site, settings, request); !possible) return possible;
  return Swapping(site, settings, lock, request, observer).run();
}

} // namespace migrator::database::postgresql
