// See run_setup.h.
#include "migrator/commands/run_setup.h"

#include <fstream>

#include <fmt/format.h>

#include "migrator/commands/connection.h"

namespace migrator::commands {

namespace {

tl::unexpected<Error> not_writable(const std::string &path) {
  return fail(ErrorCode::NotWritable,
              fmt::format("the report could not be written to {}; give --report a file that can be", path), {path});
}

} // namespace

execute::RunOptions run_options(const Context &context, const cli::MovingOptions &moving) {
  execute::RunOptions out;
  out.run_id = moving.run_id.empty() ? fmt::format("{:016x}", context.random()) : moving.run_id;
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
  if (moving.owner) out.owner = execute::Owner{moving.owner->name_space, moving.owner->name, moving.owner->uid};
  out.adopt_uid = moving.adopt;
  return out;
}

Status check_report(const std::string &path) {
  if (path.empty() || std::ofstream(path, std::ios::binary | std::ios::app)) return {};
  return not_writable(path);
}

Status write_report(const std::string &path, const std::string &text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.flush();
  return file ? Status() : Status(not_writable(path));
}

} // namespace migrator::commands
