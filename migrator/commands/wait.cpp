// The verb wait: polls the readers' view until the database contains what this image was built for. Holds no lock, and no connection
// between polls.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "migrator/commands/commands.h"
#include "migrator/commands/connection.h"
#include "migrator/commands/project.h"
#include "migrator/commands/wait_for_migration.h"
#include "migrator/commands/waiting.h"
#include "migrator/gate/wanted.h"
#include "migrator/ledger/read.h"

namespace migrator::commands {

namespace {

constexpr std::chrono::milliseconds kPoll{1'000};

// What one look at the database said. An error that waiting cannot mend is an error; everything else is a reason to look again.
Result<gate::Verdict> look(const Context &context, const std::vector<std::string> &wanted, gate::Wanted written_as) {
  Result<Connection> connection = connect(context, Access::Read, {.lock_wait = kPoll}); // a writer's lock: look again
  const auto not_yet = [](const Error &error) { return gate::Verdict{false, "the database cannot be asked: " + error.text()}; };
  const auto mendable = [](const Error &error) {
    return error.code == ErrorCode::Unreachable || error.code == ErrorCode::ConnectionLost ||
           error.code == ErrorCode::LockTimeout;
  };
  if (!connection) {
    if (mendable(connection.error())) return not_yet(connection.error());
    return fail(connection.error());
  }
  Result<bool> there = connection->database->has_relation(connection->history.table + "_revisions");
  if (there && !*there) return gate::Verdict{false, "the database has no history yet"};
  Result<std::vector<ledger::ViewRow>> rows = there ? ledger::read_view(*connection->database, connection->history)
                                                    : Result<std::vector<ledger::ViewRow>>(fail(there.error()));
  if (rows) return gate::verdict(*rows, wanted, written_as);
  Error error = rows.error();
  if (mendable(error)) return not_yet(error);
  if (error.code == ErrorCode::NoPermission) {
    const std::string view = ledger::tables(connection->history, connection->dialect).revisions;
    error.message = fmt::format("the role {0} may not read {1}; whoever runs the migrations can grant it: GRANT SELECT ON {1} TO "
                                "{0}; (or set grant_read: [{0}])",
                                connection->database->server().user, view);
  }
  return fail(std::move(error));
}

Result<std::vector<std::string>> wanted_revisions(const Context &context, const cli::WaitArguments &arguments) {
  if (!arguments.revisions.empty()) return arguments.revisions;
  Result<Project> project = Project::load(context);
  if (!project) return fail(project.error());
  return project->map().real_heads();
}

} // namespace

Status wait(const Context &context, const cli::WaitArguments &arguments) {
  if (arguments.migration) return wait_for_migration(context, *arguments.migration, arguments.timeout);
  execute::Stop stop;
  const execute::SignalWatcher signals(stop);
  Result<std::vector<std::string>> wanted = wanted_revisions(context, arguments);
  if (!wanted) return fail(wanted.error());
  const gate::Wanted written_as = arguments.revisions.empty() ? gate::Wanted::Ids : gate::Wanted::Beginnings;
  const Waiting waiting{arguments.timeout, kPoll, "see what the migration says with `migrator status`", *wanted};
  const Result<double> seconds = wait_until(context, waiting, stop, [&] { return look(context, *wanted, written_as); });
  if (!seconds) return fail(seconds.error());
  context.output.document({{"contained", true}, {"revisions", *wanted}, {"seconds", *seconds}});
  context.output.line(
      fmt::format("the database contains {}", wanted->empty() ? "all there is" : fmt::format("{}", fmt::join(*wanted, ", "))));
  return {};
}

} // namespace migrator::commands
