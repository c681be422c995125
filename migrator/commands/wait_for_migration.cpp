// See wait_for_migration.h.
#include "migrator/commands/wait_for_migration.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "migrator/commands/waiting.h"
#include "migrator/kubernetes/migration_source.h"
#include "migrator/report/printable.h"

namespace migrator::commands {

namespace {

constexpr std::chrono::milliseconds kBetweenLooks{2'000};
constexpr std::chrono::milliseconds kLongestLook{5'000}; // the first one may outlast a short --timeout

// Ends a look that goes on when the run is stopped.
class StoppedWith {
public:
  StoppedWith(execute::Stop &stop, kubernetes::MigrationReader &reader) : stop_(stop) {
    stop_.on_request([&reader] { reader.stop(); });
  }
  ~StoppedWith() { stop_.on_request({}); }
  StoppedWith(const StoppedWith &) = delete;
  StoppedWith &operator=(const StoppedWith &) = delete;

private:
  execute::Stop &stop_;
};

} // namespace

Status wait_for_migration(const Context &context, const cli::WaitedMigration &migration, std::chrono::milliseconds timeout) {
  execute::Stop stop;
  execute::SignalWatcher signals(stop);
  const Result<const kubernetes::MigrationSource *> source = kubernetes::migration_source();
  if (!source) return fail(source.error());
  Result<std::unique_ptr<kubernetes::MigrationReader>> opened =
      (*source)->open({migration.name, migration.name_space, migration.context, migration.kubeconfig});
  if (!opened) return fail(opened.error());
  kubernetes::MigrationReader &reader = **opened;
  const StoppedWith stopped(stop, reader);
  signals.set_deadline(std::max(timeout, kLongestLook));
  const Waiting waiting{timeout,
                        kBetweenLooks,
                        fmt::format("see what holds it with `kubectl describe migration {}`", migration.name),
                        {migration.name}};
  const Result<double> seconds = wait_until(context, waiting, stop, [&reader] { return reader.look(); });
  if (!seconds) return fail(seconds.error());
  context.output.document({{"ready", true}, {"migration", reader.where()}, {"seconds", *seconds}});
  context.output.line(report::printable(fmt::format("the Migration {} is ready", reader.where())));
  return {};
}

} // namespace migrator::commands
