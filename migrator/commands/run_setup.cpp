// See run_setup.h.
#include "migrator/commands/run_setup.h"

#include <fstream>

#include <fmt/format.h>

#include "migrator/commands/connection.h"

namespace migrator::commands {

execute::RunOptions run_options(const Context &context, const cli::MovingOptions &moving) {
  execute::RunOptions out;
  const config::JobSettings &job = context.settings.job;
  out.run_id = moving.run_id.empty() ? job.run_id : moving.run_id;
  if (out.run_id.empty()) out.run_id = fmt::format("{:016x}", context.random());
  out.who = user_name();
  out.host = host_name();
  out.tool_version = MIGRATOR_VERSION;
  out.history = history_of(context.settings);
  out.grant_read = context.settings.grant_read;
  out.lock_wait = context.settings.lock_wait;
  out.lock_timeout = context.settings.lock_timeout;
  out.statement_timeout = context.settings.statement_timeout;
  if (moving.on_failure == cli::OnFailure::Revert) out.on_failure = execute::OnFailure::Revert;
  if (moving.on_failure == cli::OnFailure::Restore) out.on_failure = execute::OnFailure::Restore;
  if (const auto &owner = moving.owner ? moving.owner : job.owner)
    out.owner = execute::Owner{owner->name_space, owner->name, owner->uid};
  out.adopt_uid = moving.adopt.empty() ? job.adopt : moving.adopt;
  return out;
}

plan::OfflineOptions witness(const Context &context, const execute::RunOptions &run) {
  return {run.run_id, run.who, run.host, run.tool_version, execute::rfc3339(context.clock.now())};
}

void leave_report(report::Output &output, const std::string &path, const std::string &text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.flush();
  if (!file) output.warning(fmt::format("the report could not be written to {}; give --report a file that can be", path));
}

} // namespace migrator::commands
