// The program: arguments to a command, settings, one verb, exit code. Wires real things to each other and decides nothing else.
#include <cstdio>
#include <cstring>
#include <exception>
#include <random>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "migrator/cli/parse.h"
#include "migrator/commands/commands.h"
#include "migrator/commands/refusal.h"
#include "migrator/config/load.h"
#include "migrator/execute/signals.h"
#include "migrator/report/log.h"
#include "migrator/report/output.h"

namespace {

using namespace migrator;

template <typename... Functions> struct Overloaded : Functions... { using Functions::operator()...; };
template <typename... Functions> Overloaded(Functions...) -> Overloaded<Functions...>;

// The process list shows what stands in argv: URLs are wiped out of it as soon as they are read.
void wipe_urls(int count, char **words) {
  for (int i = 1; i < count; ++i) {
    for (const char *flag : {"--database-url", "--direct-url", "--into"}) {
      const std::size_t length = std::strlen(flag);
      if (std::strncmp(words[i], flag, length) != 0) continue;
      char *value = words[i][length] == '='                     ? words[i] + length + 1
                    : words[i][length] == '\0' && i + 1 < count ? words[i + 1]
                                                                : nullptr;
      if (value != nullptr) std::memset(value, 'x', std::strlen(value));
    }
  }
}

config::DatabaseUse database_use(const cli::Command &command) {
  return std::visit(Overloaded{
                        [](const cli::UpgradeArguments &) { return config::DatabaseUse::Required; },
                        [](const cli::DowngradeArguments &) { return config::DatabaseUse::Required; },
                        [](const cli::MigrateArguments &) { return config::DatabaseUse::Required; },
                        [](const cli::StampArguments &) { return config::DatabaseUse::Required; },
                        [](const cli::EnsureVersionArguments &) { return config::DatabaseUse::Required; },
                        [](const cli::CurrentArguments &) { return config::DatabaseUse::Required; },
                        [](const cli::StatusArguments &) { return config::DatabaseUse::Required; },
                        [](const cli::WaitArguments &wait) {
                          return wait.migration ? config::DatabaseUse::None : config::DatabaseUse::Required;
                        },
                        [](const cli::BackupArguments &) { return config::DatabaseUse::Required; },
                        [](const cli::RestoreArguments &) { return config::DatabaseUse::Required; },
                        [](const cli::RevisionArguments &revision) {
                          return revision.autogenerate ? config::DatabaseUse::Optional : config::DatabaseUse::None;
                        },
                        [](const cli::CheckArguments &check) {
                          const bool live = check.kind != cli::CheckKind::Revisions && check.write_snapshot.empty();
                          return live ? config::DatabaseUse::Required : config::DatabaseUse::Optional;
                        },
                        [](const cli::DiffArguments &) { return config::DatabaseUse::Optional; },
                        [](const cli::HistoryArguments &) { return config::DatabaseUse::Optional; },
                        [](const cli::VerifyArguments &) { return config::DatabaseUse::Optional; },
                        [](const auto &) { return config::DatabaseUse::None; },
                    },
                    command);
}

Status run_verb(const commands::Context &context, const cli::Command &command) {
  return std::visit(
      Overloaded{
          [&](const cli::InformationArguments &arguments) {
            context.output.block(arguments.text);
            context.output.document({{"text", arguments.text}});
            return Status();
          },
          [&](const cli::InitArguments &arguments) { return commands::init(context, arguments); },
          [&](const cli::RevisionArguments &arguments) {
            return arguments.autogenerate ? commands::autogenerate(context, arguments) : commands::revision(context, arguments);
          },
          [&](const cli::UpgradeArguments &arguments) { return commands::upgrade(context, arguments); },
          [&](const cli::DowngradeArguments &arguments) { return commands::downgrade(context, arguments); },
          [&](const cli::MigrateArguments &arguments) { return commands::migrate(context, arguments); },
          [&](const cli::StampArguments &arguments) { return commands::stamp(context, arguments); },
          [&](const cli::EnsureVersionArguments &arguments) { return commands::ensure_version(context, arguments); },
          [&](const cli::CurrentArguments &arguments) { return commands::current(context, arguments); },
          [&](const cli::HistoryArguments &arguments) {
            return commands::history(context, arguments, [&context] { return commands::read_applied(context); });
          },
          [&](const cli::ShowArguments &arguments) { return commands::show(context, arguments); },
          [&](const cli::HeadsArguments &arguments) { return commands::heads(context, arguments); },
          [&](const cli::BranchesArguments &arguments) { return commands::branches(context, arguments); },
          [&](const cli::MergeArguments &arguments) { return commands::merge(context, arguments); },
          [&](const cli::EditArguments &arguments) { return commands::edit(context, arguments); },
          [&](const cli::StatusArguments &arguments) { return commands::status(context, arguments); },
          [&](const cli::WaitArguments &arguments) { return commands::wait(context, arguments); },
          [&](const cli::BackupArguments &arguments) { return commands::backup(context, arguments); },
          [&](const cli::BackupsArguments &arguments) { return commands::backups(context, arguments); },
          [&](const cli::RestoreArguments &arguments) { return commands::restore(context, arguments); },
          [&](const cli::VerifyArguments &arguments) { return commands::verify(context, arguments); },
          [&](const cli::CheckArguments &arguments) { return commands::check(context, arguments); },
          [&](const cli::DiffArguments &arguments) { return commands::diff(context, arguments); },
          [&](const cli::CompletionArguments &arguments) { return commands::completion(context, arguments); },
      },
      command);
}

// Verbs that make or need no settings do not stumble over a broken settings file.
bool reads_settings(const cli::Command &command) {
  if (const auto *completion = std::get_if<cli::CompletionArguments>(&command))
    return completion->subject == cli::CompletionSubject::Revisions;
  if (const auto *wait = std::get_if<cli::WaitArguments>(&command)) return !wait->migration;
  return !std::holds_alternative<cli::InformationArguments>(command) && !std::holds_alternative<cli::InitArguments>(command);
}

report::LogLevel least_level(const cli::GlobalOptions &global) {
  if (global.quiet) return report::LogLevel::Warning;
  return global.verbose ? report::LogLevel::Debug : report::LogLevel::Info;
}

Result<config::Settings> load_settings(const cli::Invocation &invocation) {
  if (!reads_settings(invocation.command)) return config::Settings();
  return config::load({invocation.global.overrides, invocation.global.config, database_use(invocation.command)});
}

Status run(const cli::Invocation &invocation, const config::Settings &settings, report::Output &output, report::Log &log) {
  std::random_device device;
  const commands::Context context{
      settings, invocation.global,       output,
      log,      execute::system_clock(), [&device] { return (static_cast<std::uint64_t>(device()) << 32U) | device(); }};
  return run_verb(context, invocation.command);
}

// Errors from before the verb's own work are reported here, and those that no code of ours foresaw.
Status run_reported(const Result<cli::Invocation> &invocation, const cli::RequestedReport &requested, report::Output &output,
                    report::Log &log) {
  const auto refuse = [&](const Error &error) {
    commands::report_refusal(output, requested, error);
    return fail(error);
  };
  try {
    if (!invocation) return refuse(invocation.error());
    const Result<config::Settings> settings = load_settings(*invocation);
    return settings ? run(*invocation, *settings, output, log) : refuse(settings.error());
  } catch (const std::exception &exception) {
    return refuse(Error{ErrorCode::Internal,
                        "a bug in the migrator: " + std::string(exception.what()) + ". Please report it.",
                        {},
                        {},
                        0,
                        {},
                        {}});
  }
}

int run_program(int count, char **words) {
  const std::vector<std::string> arguments(words + 1, words + count);
  wipe_urls(count, words);
  execute::end_on_signals_as_first_process();
  const Result<cli::Invocation> invocation = cli::parse(arguments);
  const cli::GlobalOptions unread;
  const cli::GlobalOptions &global = invocation ? invocation->global : unread;
  report::Output output(
      report::detect_output(invocation ? global.output : cli::requested_output(arguments), global.quiet, global.color));
  report::Log log(global.log_format, least_level(global));
  if (global.log_format == report::LogFormat::Json) output.log_to(log);
  Status done = run_reported(invocation, cli::requested_report(arguments), output, log);
  if (!done) output.error(done.error());
  const Status written = output.finish();
  if (done && !written) {
    output.error(written.error());
    done = written;
  }
  return done ? 0 : exit_code(done.error().code);
}

} // namespace

int main(int count, char **words) {
  int code = migrator::exit_code(migrator::ErrorCode::Internal);
  try {
    code = count < 1 ? 2 : run_program(count, words);
  } catch (const std::exception &exception) {
    std::fprintf(stderr, "error: a bug in the migrator: %s. Please report it.\n", exception.what());
  }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // they have something to say at the end
  std::fflush(nullptr);
  _exit(code); // what PostgreSQL's libraries would put in order takes longer than a run that finds nothing to do
#endif
  return code;
}
