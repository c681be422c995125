// See backups.h.
#include "migrator/database/postgresql/backups.h"

#include <cstdlib>

#include <fmt/format.h>

#include "migrator/database/postgresql/backup_rights.h"
#include "migrator/database/postgresql/connect_fence.h"
#include "migrator/database/postgresql/histories.h"
#include "migrator/database/postgresql/snapshot_dump.h"
#include "migrator/database/postgresql/swap_restore.h"
#include "migrator/database/postgresql/whole_restore.h"

namespace migrator::database::postgresql {

namespace {

std::vector<ClientTools> tools_here() {
  const char *path = std::getenv("PATH");
  return installed_tools(path == nullptr ? "" : path);
}

} // namespace

Limits PostgresqlBackups::limits(const Deadline &deadline) const {
  return {deadline, [this] { return session_.interrupt_requested(); }};
}

Result<ClientTools> PostgresqlBackups::restore_tools(const Dumped &dumped) const {
  const auto by = dumped.versions.find("pg_dump");
  return tools_for_restore(tools_here(), server_major(), by == dumped.versions.end() ? 0 : major_of(by->second));
}

Result<BackupNeeds> PostgresqlBackups::check(const BackupCheck &check) {
  const auto tools = tools_for_dump(tools_here(), server_major(), session_.server_version_text());
  if (!tools) return tl::unexpected(tools.error());
  if (auto readable = check_readable(session_); !readable) return tl::unexpected(readable.error());
  if (check.proof == Proof::Restore)
    if (auto scratch = check_scratch(session_, check.scratch); !scratch) return tl::unexpected(scratch.error());
  return needs_of(session_);
}

Result<Dumped> PostgresqlBackups::dump(const DumpRequest &request, BackupObserver &observer) {
  const auto tools = tools_for_dump(tools_here(), server_major(), session_.server_version_text());
  if (!tools) return tl::unexpected(tools.error());
  return dump_in_snapshot(session_, history_, *tools, request, limits(request.deadline), observer);
}

Result<std::vector<HistoryMark>> PostgresqlBackups::histories() {
  if (const auto begun = session_.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); !begun)
    return fail(own_error(begun.error(), "reading the histories"));
  const Ask ask = ask_session(session_, "reading the histories");
  const auto found = find_histories(ask, history_);
  auto marks = found ? mark_histories(ask, *found) : tl::unexpected(found.error());
  static_cast<void>(session_.query("ROLLBACK"));
  return marks;
}

DatabaseIdentity PostgresqlBackups::identity() {
  return identity_of(session_);
}

Status PostgresqlBackups::raise_fence(std::chrono::milliseconds wait) {
  return raise_connect_fence(session_, history_, keys_, run_id_, wait);
}

Status PostgresqlBackups::lower_fence() {
  return lower_connect_fence(session_, history_);
}

Result<bool> PostgresqlBackups::lower_stale_fence() {
  return lower_any_connect_fence(session_, history_);
}

Status PostgresqlBackups::check_restore(const RestoreRequest &request) {
  const auto tools = restore_tools(request.dumped);
  if (!tools) return tl::unexpected(tools.error());
  const Limits within = limits(request.deadline);
  const RestoreSite site{session_, history_, keys_, *tools, within};
  Status done = request.swap ? check_swap(site, settings_, request) : check_in_place(site, request);
  if (!done && done.error().code == ErrorCode::Terminated) session_.take_interrupt();
  return done;
}

Status PostgresqlBackups::restore(const RestoreRequest &request, BackupObserver &observer) {
  const auto tools = restore_tools(request.dumped);
  if (!tools) return tl::unexpected(tools.error());
  const Limits within = limits(request.deadline);
  const RestoreSite site{session_, history_, keys_, *tools, within};
  Status done =
      request.swap ? restore_by_swap(site, settings_, lock_, request, observer) : restore_in_place(site, request, observer);
  if (!done && done.error().code == ErrorCode::Terminated) session_.take_interrupt();
  return done;
}

Status PostgresqlBackups::restore_into_empty(const RestoreRequest &request, BackupObserver &observer) {
  const auto tools = restore_tools(request.dumped);
  if (!tools) return tl::unexpected(tools.error());
  const Limits within = limits(request.deadline);
  const RestoreSite site{session_, history_, keys_, *tools, within};
  Status done = fill_empty(site, request, observer);
  if (!done && done.error().code == ErrorCode::Terminated) session_.take_interrupt();
  return done;
}

} // namespace migrator::database::postgresql
