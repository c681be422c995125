// PostgresqlProver: that a dump can be read through, holds what its manifest says, and, for Proof::Restore, comes back as it was in a scratch
// database. Needs no connection to the database that was dumped.
#include <cstdlib>

#include <fmt/format.h>

#include "migrator/database/postgresql/backups.h"
#include "migrator/database/postgresql/definitions.h"
#include "migrator/database/postgresql/restore_roles.h"
#include "migrator/database/postgresql/restored_contents.h"
#include "migrator/database/postgresql/restoring_psql.h"
#include "migrator/database/postgresql/row_contents.h"
#include "migrator/database/postgresql/scratch_database.h"
#include "migrator/database/postgresql/snapshot_dump.h"

namespace migrator::database::postgresql {

namespace {

std::string version_of(const Dumped &dumped, const std::string &what) {
  const auto found = dumped.versions.find(what);
  return found == dumped.versions.end() ? "" : found->second;
}

Status prove_archive(const ClientTools &tools, const std::string &file, const Dumped &dumped, const Limits &limits) {
  if (auto read = run_client(ClientLogin::offline(tools.program("pg_restore"), {"--file=/dev/null", file}), "pg_restore",
                             "the proof of the backup", limits);
      !read)
    return read;
  const auto definitions = archive_definitions(tools, file, limits);
  if (!definitions) return tl::unexpected(definitions.error());
  if (!dumped.contents) return {};
  Contents wanted;
  for (const ContentEntry &entry : dumped.contents->entries)
    if (entry.kind == "definition" || entry.name.rfind("SEQUENCE ", 0) == 0) wanted.entries.push_back(entry);
  const auto differ = differences(wanted, Contents{entries_of(*definitions)}, false);
  if (differ.empty()) return {};
  return fail(ErrorCode::BackupFailed,
              fmt::format("the backup does not hold what its manifest says: {}; take a new one", fmt::join(differ, "; ")));
}

Error as_proof(Error error) {
  if (error.code != ErrorCode::Terminated) error.code = ErrorCode::BackupFailed;
  return error;
}

Status prove_restore(const std::vector<ClientTools> &installed, const std::string &file, const Dumped &dumped,
                     const DatabaseUrl &url, const Limits &limits, BackupObserver &observer) {
  const auto settings = connection_settings(url, "migrator scratch");
  if (!settings) return fail(as_proof(settings.error()));
  const auto session = Session::connect(*settings);
  if (!session) return fail(as_proof(session.error()));
  drop_leftover_scratch(**session);
  const int dumped_by = major_of(version_of(dumped, "pg_dump"));
  const int server_version = (*session)->server_version();
  const auto tools = tools_for_restore(installed, server_version / 10000, dumped_by);
  if (!tools) return tl::unexpected(tools.error());
  const auto options = archive_database_options(*tools, file, limits);
  if (!options) return tl::unexpected(options.error());
  const auto definitions = archive_definitions(*tools, file, limits);
  if (!definitions) return tl::unexpected(definitions.error());
  const auto list = list_archive(*tools, file, limits);
  if (!list) return tl::unexpected(list.error());
  const InTwoParts parts = in_two_parts(*list);
  const auto scratch = ScratchDatabase::make(**session, *options);
  if (!scratch) return tl::unexpected(scratch.error());
  const auto login = ClientLogin::as(**session, (*scratch)->name());
  if (!login) return tl::unexpected(login.error());

  const auto missing = roles_not_to_be_set(ask_session(**session, "asking for roles"), *definitions);
  if (!missing) return fail(as_proof(missing.error()));
  const Comparing comparing{false, missing->empty() && identity_of(**session).server == dumped.identity.server};
  const History none;
  {
    const auto psql = RestoringPsql::start(*tools, *login, limits, server_version);
    if (!psql) return fail(as_proof(psql.error()));
    std::vector<std::string> flags{"--no-tablespaces"};
    if (!comparing.with_roles) flags.insert(flags.end(), {"--no-owner", "--no-acl"});
    const auto relay = [&](const std::vector<ListedEntry> &entries) -> Status {
      const auto loaded = (*psql)->relay(
          file, entries, flags, [&observer](std::int64_t bytes) { observer.progressed(BackupPhase::Restore, bytes, 0); });
      if (loaded) return {};
      Error error = as_proof(loaded.error());
      if (error.code == ErrorCode::BackupFailed)
        error.message = "the backup cannot be restored into a scratch database: " + error.message;
      return fail(std::move(error));
    };
    if (auto loaded = relay(parts.first); !loaded) return loaded;
    const Ask ask = [&psql](const std::string &sql, std::size_t columns) { return (*psql)->ask(sql, columns); };
    if (auto set = (*psql)->run(row_text_settings()); !set) return set;
    const auto differ = row_differences(dumped, ask, none, comparing, observer);
    if (!differ) return fail(as_proof(differ.error()));
    if (!differ->empty()) {
      return fail(ErrorCode::BackupFailed,
                  fmt::format("restored into a scratch database, the backup is not what was dumped: {}; take "
                              "a new one",
                              fmt::join(*differ, "; ")));
    }
    if (auto loaded = relay(parts.last); !loaded) return loaded;
    Error why;
    if ((*psql)->commit(why) != CommitOutcome::Committed) return fail(as_proof(std::move(why)));
  }
  if (tools->major != dumped_by) {
    observer.note(fmt::format("definitions were not compared: the backup is of pg_dump {}, the scratch server is PostgreSQL {}",
                              dumped_by, (*session)->server_version_text()));
    return {};
  }
  auto scratch_settings = *settings;
  scratch_settings.parameters.emplace_back("dbname", (*scratch)->name());
  const auto in_scratch = Session::connect(scratch_settings);
  if (!in_scratch) return fail(as_proof(in_scratch.error()));
  const auto found = live_definitions(*tools, *login, limits);
  if (!found) return fail(as_proof(found.error()));
  const auto differ =
      definition_differences(dumped, *found, ask_session(**in_scratch, "looking for the history's tables"), none, comparing);
  if (!differ) return fail(as_proof(differ.error()));
  if (differ->empty()) return {};
  return fail(ErrorCode::BackupFailed,
              fmt::format("restored into a scratch database, the backup is not what was dumped: {}; take a new one",
                          fmt::join(*differ, "; ")));
}

} // namespace

Status PostgresqlProver::prove(const std::string &folder, const Dumped &dumped, Proof proof, const Scratch &scratch,
                               Deadline deadline, const std::function<bool()> &interrupted, BackupObserver &observer) const {
  if (proof == Proof::None) return {};
  const char *path = std::getenv("PATH");
  const auto installed = installed_tools(path == nullptr ? "" : path);
  const auto tools =
      tools_for_restore(installed, major_of(version_of(dumped, "server")), major_of(version_of(dumped, "pg_dump")));
  if (!tools) return tl::unexpected(tools.error());
  const std::string file = folder + "/" + dumped.file;
  const Limits limits{deadline, interrupted};
  observer.progressed(BackupPhase::Prove, 0, 0);
  if (auto read = prove_archive(*tools, file, dumped, limits); !read) return read;
  if (proof == Proof::Archive) return {};
  const auto &url = scratch.url ? scratch.url : scratch.same_server;
  if (!url) {
    return fail(ErrorCode::BackupFailed,
                "backup.verify is restore, but there is no scratch database to restore into: set scratch_url, or "
                "scratch: same-server");
  }
  return prove_restore(installed, file, dumped, *url, limits, observer);
}

} // namespace migrator::database::postgresql
