// See whole_restore.h. Whatever goes wrong before COMMIT leaves the database as it was; the server's process that worked on it is ended before
// the error is given, so that it holds nothing any more.
#include "migrator/database/postgresql/whole_restore.h"

#include <thread>
#include <utility>

#include <fmt/format.h>

#include "migrator/database/postgresql/clearing.h"
#include "migrator/database/postgresql/connect_fence.h"
#include "migrator/database/postgresql/definitions.h"
#include "migrator/database/postgresql/histories.h"
#include "migrator/database/postgresql/restore_roles.h"
#include "migrator/database/postgresql/restored_contents.h"
#include "migrator/database/postgresql/restoring_psql.h"
#include "migrator/database/postgresql/row_contents.h"
#include "migrator/database/postgresql/snapshot_dump.h"

namespace migrator::database::postgresql {

namespace {

constexpr std::chrono::milliseconds kBetweenLooks{50};
constexpr std::chrono::seconds kEndWait{30};

Error unchanged(Error error) {
  if (error.code != ErrorCode::Terminated) {
    error.code = ErrorCode::BackupFailed;
    error.message = "the restore failed and changed nothing: " + error.message;
  }
  return error;
}

// Ends the server's process and waits until it has rolled back.
void end_backend(Session &session, const std::string &backend) {
  if (backend.empty()) return;
  const auto give_up = std::chrono::steady_clock::now() + kEndWait;
  while (std::chrono::steady_clock::now() < give_up) {
    const auto left =
        session.query(fmt::format("SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity a WHERE "
                                  "a.pid = {} AND a.datname = pg_catalog.current_database()",
                                  backend));
    if (!left || left->rows.empty()) return;
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

// What became of a transaction whose COMMIT nobody answered; waits until it is decided.
CommitOutcome outcome_of(Session &session, const std::string &transaction) {
  const auto give_up = std::chrono::steady_clock::now() + kEndWait;
  while (std::chrono::steady_clock::now() < give_up) {
    const auto status = session.query(fmt::format("SELECT pg_catalog.txid_status({})", transaction));
    if (!status) return CommitOutcome::Unknown;
    const std::string word = status->rows.at(0).at(0).value_or("");
    if (word == "committed") return CommitOutcome::Committed;
    if (word == "aborted") return CommitOutcome::RolledBack;
    std::this_thread::sleep_for(kBetweenLooks);
  }
  return CommitOutcome::Unknown;
}

// What is loaded, and how.
struct Load {
  std::vector<std::string> before; // statements that make room
  std::vector<ListedEntry> entries;
  std::vector<std::string> flags; // of pg_restore
  std::string fence;              // that stays up; empty: none
  Comparing comparing;
};

class Loading {
public:
  Loading(const RestoreSite &site, const RestoreRequest &request, BackupObserver &observer)
      : site_(site), request_(request), observer_(observer) {}

  Status run(const Load &load) {
    const auto login = ClientLogin::as(site_.session);
    if (!login) return fail(unchanged(login.error()));
    CommitOutcome outcome = CommitOutcome::RolledBack;
    Error why;
    {
      auto psql = RestoringPsql::start(site_.tools, *login, site_.limits, site_.session.server_version());
      if (!psql) return fail(unchanged(psql.error()));
      const std::string backend = (*psql)->backend();
      std::string transaction;
      if (auto loaded = in_transaction(**psql, load, transaction); !loaded) {
        psql->reset();
        end_backend(site_.session, backend);
        return fail(unchanged(loaded.error()));
      }
      outcome = (*psql)->commit(why);
      if (outcome == CommitOutcome::Unknown) outcome = outcome_of(site_.session, transaction);
      if (outcome == CommitOutcome::RolledBack) return fail(unchanged(std::move(why)));
    }
    if (outcome == CommitOutcome::Unknown) {
      return fail(ErrorCode::CommitUnknown,
                  fmt::format("the connection was lost during COMMIT of the restore ({}): whether it is done is "
                              "not known yet; run `migrator status` when the server is back",
                              why.message));
    }
    return compare_definitions(*login, load);
  }

private:
  Status in_transaction(RestoringPsql &psql, const Load &load, std::string &transaction) {
    const Ask ask = [&psql](const std::string &sql, std::size_t columns) { return psql.ask(sql, columns); };
    const auto key =
        psql.ask(fmt::format("SELECT pg_catalog.pg_try_advisory_xact_lock({})::int::text, pg_catalog.txid_current()::text",
                             site_.keys.worker),
                 2);
    if (!key) return tl::unexpected(key.error());
    if (key->at(0)[0] != "1") return fail(ErrorCode::LockBusy, "a session of an earlier run still works on this history");
    transaction = key->at(0)[1];
    observer_.progressed(BackupPhase::Restore, 0, 0);
    for (const std::string &statement : load.before)
      if (auto ran = psql.run(statement); !ran) return ran;
    const InTwoParts parts = in_two_parts(load.entries);
    const auto relay = [&](const std::vector<ListedEntry> &entries) {
      return psql.relay(request_.folder + "/" + request_.dumped.file, entries, load.flags,
                        [this](std::int64_t bytes) { observer_.progressed(BackupPhase::Restore, bytes, 0); });
    };
    if (auto relayed = relay(parts.first); !relayed) return relayed;
    const std::string ourselves = std::string("RESET SESSION AUTHORIZATION; RESET ROLE; SET CONSTRAINTS ALL IMMEDIATE; ") +
                                  row_text_settings() + "SET LOCAL standard_conforming_strings = on; SET LOCAL lock_timeout = 0;";
    if (auto reset = psql.run(ourselves); !reset) return reset;
    if (!request_.bookkeeping.empty())
      if (auto kept = psql.run(request_.bookkeeping + "\n;"); !kept) return kept;
    if (auto fenced = keep_fence(psql, ask, load); !fenced) return fenced;
    if (auto reset = psql.run(ourselves); !reset) return reset;
    const auto differ = row_differences(request_.dumped, ask, site_.history, load.comparing, observer_);
    if (!differ) return tl::unexpected(differ.error());
    if (differ->empty()) return relay(parts.last);
    return fail(ErrorCode::BackupFailed,
                fmt::format("what came back is not what was dumped: {}; take another backup, or restore with "
                            "--into and look",
                            fmt::join(*differ, "; ")));
  }

  Status keep_fence(RestoringPsql &psql, const Ask &ask, const Load &load) const {
    const auto histories = find_histories(ask, site_.history);
    if (!histories) return tl::unexpected(histories.error());
    std::vector<History> with_meta;
    bool own = false;
    for (const History &history : *histories) {
      const auto has = has_relation(ask, history, history.meta());
      if (!has) return tl::unexpected(has.error());
      if (*has) with_meta.push_back(history);
      own = own || (*has && history.schema == site_.history.schema && history.table == site_.history.table);
    }
    if (!load.fence.empty() && !own) {
      return fail(ErrorCode::Internal,
                  fmt::format("{} is not there after the restore, where the fence must be noted: the bookkeeping has to "
                              "make the history",
                              site_.history.qualified(site_.history.meta())));
    }
    const std::string sql = keep_fence_sql(with_meta, site_.history, load.fence);
    return sql.empty() ? Status() : psql.run(sql);
  }

  // A dump does not say of which version an extension was, and a kept one stays as it is.
  void compare_extensions() {
    const auto now = extension_versions(ask_session(site_.session, "reading the versions of extensions"));
    if (!now) return;
    for (const auto &[name, version] : *now) {
      const auto then = request_.dumped.versions.find(name);
      if (then != request_.dumped.versions.end() && then->second != version)
        observer_.note(fmt::format("{} is of version {} and was of {} when the backup was taken", name, version, then->second));
    }
  }

  // Planner statistics are no part of a dump; without them the first queries would be slow.
  Status compare_definitions(const ClientLogin &login, const Load &load) {
    observer_.progressed(BackupPhase::Compare, 0, 0);
    if (!site_.session.batch("ANALYZE"))
      observer_.note("ANALYZE did not come to its end: run it, queries may be slow until then");
    if (site_.limits.interrupted()) site_.session.take_interrupt();
    compare_extensions();
    const Limits no_limits{{}, [] { return false; }};
    const auto found = live_definitions(site_.tools, login, no_limits);
    const auto half_way = [](const std::string &what) {
      return fail(
          ErrorCode::StoppedHalfway,
          fmt::format("the backup was restored with all its rows, but {}; what the restore replaced is kept as a backup", what));
    };
    if (!found) return half_way("its definitions could not be compared: " + found.error().message);
    const auto differ = definition_differences(
        request_.dumped, *found, ask_session(site_.session, "looking for the history's tables"), site_.history, load.comparing);
    if (!differ) return half_way("its definitions could not be compared: " + differ.error().message);
    if (!differ->empty()) return half_way(fmt::format("its definitions differ: {}", fmt::join(*differ, "; ")));
    return {};
  }

  const RestoreSite &site_;
  const RestoreRequest &request_;
  BackupObserver &observer_;
};

std::string file_of(const RestoreRequest &request) {
  return request.folder + "/" + request.dumped.file;
}

tl::unexpected<Error> refuse(std::string message, std::vector<std::string> subject = {}) {
  return fail(ErrorCode::NoPermission, "the backup cannot be restored in place: " + std::move(message), std::move(subject));
}

Error as_refusal(Error error) {
  if (error.code == ErrorCode::SqlError) error.code = ErrorCode::NoPermission;
  return error;
}

struct InPlace {
  Clearing clearing;
  std::vector<ListedEntry> list;
};

Result<InPlace> plan_in_place(const RestoreSite &site, const RestoreRequest &request) {
  const Ask ask = ask_session(site.session, "looking at what a restore replaces");
  auto list = list_archive(site.tools, file_of(request), site.limits);
  if (!list) return tl::unexpected(list.error());
  auto clearing = plan_clearing(ask, *list, site.session.server_version());
  if (!clearing) return fail(as_refusal(clearing.error()));
  const auto &not_ours = clearing->not_ours;
  if (!not_ours.empty()) {
    const std::size_t shown = std::min<std::size_t>(not_ours.size(), 5);
    return refuse(fmt::format("role {} may not drop {}{}: give it the ownership, or membership of the owners",
                              quote_identifier(site.session.user()),
                              fmt::join(not_ours.begin(), not_ours.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                              not_ours.size() > shown ? fmt::format(" and {} more", not_ours.size() - shown) : ""),
                  not_ours);
  }
  if (!clearing->subscriptions.empty()) {
    return refuse(
        fmt::format("the database has the subscription {}, which no backup holds: drop it first, and make it again afterwards",
                    fmt::join(clearing->subscriptions, ", ")));
  }
  if (!clearing->for_superusers.empty()) {
    return refuse(fmt::format("only a superuser can make {} again: restore as one", fmt::join(clearing->for_superusers, ", ")),
                  clearing->for_superusers);
  }
  const auto definitions = archive_definitions(site.tools, file_of(request), site.limits);
  if (!definitions) return tl::unexpected(definitions.error());
  const auto missing = roles_not_to_be_set(ask, *definitions);
  if (!missing) return fail(as_refusal(missing.error()));
  if (!missing->empty()) {
    return refuse(
        fmt::format(
            "it gives things to role {}, which does not exist here or which role {} is no member of: make it, or run GRANT "
            "it TO {}",
            fmt::join(*missing, ", "), quote_identifier(site.session.user()), quote_identifier(site.session.user())),
        *missing);
  }
  const auto room =
      ask("SELECT current_setting('max_locks_per_transaction'), (current_setting('max_locks_per_transaction')::bigint * "
          "(current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint))::text",
          2);
  if (!room) return fail(as_refusal(room.error()));
  const std::int64_t locks = clearing->locks + locks_to_make(*list);
  if (locks > std::atoll(room->at(0)[1].c_str())) {
    return refuse(fmt::format(
        "one transaction would take {} locks, and the server has room for {} (max_locks_per_transaction is {}): restore "
        "with --swap, or raise it",
        locks, room->at(0)[1], room->at(0)[0]));
  }
  return InPlace{std::move(*clearing), std::move(*list)};
}

} // namespace

Status check_in_place(const RestoreSite &site, const RestoreRequest &request) {
  const auto plan = plan_in_place(site, request);
  if (!plan) return tl::unexpected(plan.error());
  return {};
}

Status restore_in_place(const RestoreSite &site, const RestoreRequest &request, BackupObserver &observer) {
  auto plan = plan_in_place(site, request);
  if (!plan) return tl::unexpected(plan.error());
  const Ask ask = ask_session(site.session, "looking for the fence");
  const auto fence = fence_value(ask, site.history);
  if (!fence) return tl::unexpected(fence.error());
  if (!*fence) return fail(ErrorCode::Internal, "a restore in place was asked for without the fence");
  Load load;
  load.before = std::move(plan->clearing.statements);
  // Everything from template0 has the language; a migration may have dropped it.
  if (request.dumped.versions.contains("extension plpgsql")) load.before.emplace_back("CREATE EXTENSION IF NOT EXISTS plpgsql;");
  load.entries = list_for(plan->list, plan->clearing);
  load.fence = **fence;
  load.comparing = {true, true};
  return Loading(site, request, observer).run(load);
}

Status fill_empty(const RestoreSite &site, const RestoreRequest &request, BackupObserver &observer) {
  const Ask ask = ask_session(site.session, "looking whether the database is empty");
  const auto objects = objects_of_users(ask);
  if (!objects) return tl::unexpected(objects.error());
  if (!objects->empty()) {
    return fail(ErrorCode::InvalidConfiguration,
                fmt::format("database {} is not empty, it has {}: name an empty one", quote_identifier(site.session.database()),
                            fmt::join(*objects, ", ")),
                *objects);
  }
  const auto definitions = archive_definitions(site.tools, file_of(request), site.limits);
  if (!definitions) return tl::unexpected(definitions.error());
  const auto missing = roles_not_to_be_set(ask, *definitions);
  if (!missing) return tl::unexpected(missing.error());
  const auto list = list_archive(site.tools, file_of(request), site.limits);
  if (!list) return tl::unexpected(list.error());
  Load load;
  load.entries = *list;
  load.comparing = {true, missing->empty()};
  if (!missing->empty()) {
    load.flags = {"--no-owner", "--no-acl", "--no-tablespaces"};
    observer.note(fmt::format(
        "owners and rights are not restored, everything belongs to role {}: there is no role {} that it is a member of",
        quote_identifier(site.session.user()), fmt::join(*missing, ", ")));
  }
  return Loading(site, request, observer).run(load);
}

Status fill_new(const RestoreSite &site, const RestoreRequest &request, const std::string &fence, BackupObserver &observer) {
  const auto list = list_archive(site.tools, file_of(request), site.limits);
  if (!list) return tl::unexpected(list.error());
  Load load;
  load.entries = *list;
  load.fence = fence;
  load.comparing = {true, true};
  return Loading(site, request, observer).run(load);
}

} // namespace migrator::database::postgresql
