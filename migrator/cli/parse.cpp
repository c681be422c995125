// See parse.h. Finds the verb, lets words.h take its arguments apart, and gives each verb's struct its values.
#include "migrator/cli/parse.h"

#include <algorithm>

#include "migrator/cli/help.h"
#include "migrator/cli/verbs.h"
#include "migrator/cli/words.h"
#include "migrator/config/suggestion.h"
#include "migrator/text/duration.h"

namespace migrator::cli {

namespace {

using config::in_quotes;

tl::unexpected<Error> usage(std::string message) {
  return fail(ErrorCode::Usage, std::move(message));
}

const Flag *find_flag(std::string_view name) {
  const auto named = [&](const Flag &flag) { return long_name(flag) == name || (!name.empty() && short_name(flag) == name); };
  for (const Flag &flag : global_flags())
    if (named(flag)) return &flag;
  for (const Verb &verb : verbs())
    for (const auto &group : verb.flags)
      for (const Flag &flag : group)
        if (named(flag)) return &flag;
  return nullptr;
}

// The first word that is neither a flag nor a flag's value; arguments.size() if there is none.
std::size_t verb_position(const std::vector<std::string> &arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string &word = arguments[i];
    if (word.size() < 2 || word.front() != '-') return i;
    if (word == "--") return i + 1;
    const Flag *flag = find_flag(word);
    if (flag != nullptr && !flag->value.empty()) ++i;
  }
  return arguments.size();
}

std::vector<std::string> split(const std::string &text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

// Kubernetes' DNS subdomains: lower case letters, digits, "-" and ".", at most 253, a letter or digit at both ends.
bool is_object_name(std::string_view name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= 253 && plain(name.front()) && plain(name.back()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return plain(c) || c == '-' || c == '.'; });
}

// Reads typed values out of the words; the first error is kept and makes the rest idle.
class FlagReader {
public:
  explicit FlagReader(const Words &words) : words_(words) {}

  void text(std::string_view flag, std::string &into) const {
    if (words_.has(flag)) into = words_.value(flag);
  }

  void text(std::string_view flag, std::optional<std::string> &into) const {
    if (words_.has(flag)) into = words_.value(flag);
  }

  void url(std::string_view flag, std::optional<config::Written> &into) const {
    if (words_.has(flag)) into = config::Written{words_.value(flag), std::string(flag), {}, 0};
  }

  void duration(std::string_view flag, std::optional<std::chrono::milliseconds> &into) {
    if (!words_.has(flag)) return;
    into = text::parse_duration(words_.value(flag));
    if (!into) complain(in_quotes(flag) + ": " + config::not_a_duration(words_.value(flag)));
  }

  // A duration above zero.
  void period(std::string_view flag, std::optional<std::chrono::milliseconds> &into) {
    duration(flag, into);
    if (into && into->count() == 0) complain(in_quotes(flag) + " must be longer than 0. Leave it out for no limit.");
  }

  void name(std::string_view flag, std::optional<std::string> (*why_not)(const std::string &), std::optional<std::string> &into) {
    text(flag, into);
    if (!into) return;
    if (const auto why = why_not(*into)) complain(in_quotes(flag) + ": " + *why);
  }

  void owner(std::optional<config::Owner> &into) {
    if (!words_.has("--owner")) return;
    into = config::owner_named(words_.value("--owner"));
    if (!into) complain("\"--owner\" must be NAMESPACE/NAME/UID.");
  }

  // TYPE/NAME as kubectl writes it. The name as Kubernetes allows it, so that it can be part of a path and of a command that we print.
  void waited_migration(std::optional<WaitedMigration> &into) {
    const auto where = {"--namespace", "--context", "--kubeconfig"};
    if (!words_.has("--for")) {
      for (const char *flag : where)
        if (words_.has(flag)) complain(in_quotes(flag) + " says where a Migration is: it needs \"--for migration/NAME\".");
      return;
    }
    if (words_.has("--revision")) complain("\"--for\" and \"--revision\" exclude each other. Keep one of them.");
    const std::string value = words_.value("--for");
    const std::size_t slash = value.find('/');
    const std::string type = value.substr(0, slash);
    const std::string name = slash == std::string::npos ? std::string() : value.substr(slash + 1);
    const auto types = {"migration", "migrations", "migration.migrator.dev", "migrations.migrator.dev"};
    if (std::find(types.begin(), types.end(), type) == types.end() || !is_object_name(name))
      return complain("\"--for\" must be migration/NAME, like \"--for migration/shop\".");
    const std::string name_space = words_.value("--namespace");
    if (words_.has("--namespace") && !is_object_name(name_space))
      return complain("\"--namespace\" must be a namespace's name, like \"shop\".");
    into = WaitedMigration{name, name_space, words_.value("--context"), words_.value("--kubeconfig")};
  }

  void complain(std::string message) {
    if (done_) done_ = usage(std::move(message));
  }

  const Status &done() const { return done_; }

private:
  const Words &words_;
  Status done_;
};

GlobalOptions read_global(const Words &words, FlagReader &read) {
  GlobalOptions global;
  read.text("--config", global.config);
  config::Overrides &overrides = global.overrides;
  read.url("--database-url", overrides.database_url);
  read.url("--direct-url", overrides.direct_url);
  if (words.has("--migrations")) overrides.migrations = words.values("--migrations");
  read.name("--version-table", config::why_not_a_table_name, overrides.version_table);
  read.name("--version-schema", config::why_not_a_schema_name, overrides.version_schema);
  read.duration("--lock-wait", overrides.lock_wait);
  read.duration("--lock-timeout", overrides.lock_timeout);
  read.duration("--statement-timeout", overrides.statement_timeout);
  read.text("--backup-folder", overrides.backup_folder);
  if (words.has("--verify")) overrides.backup_verify = config::verification_named(words.value("--verify"));
  if (words.value("--output") == "json") global.output = report::OutputFormat::Json;
  if (words.value("--log-format") == "json") global.log_format = report::LogFormat::Json;
  if (words.value("--color") == "always") global.color = report::ColorMode::Always;
  if (words.value("--color") == "never") global.color = report::ColorMode::Never;
  global.quiet = words.has("--quiet");
  global.verbose = words.has("--verbose");
  global.yes = words.has("--yes");
  return global;
}

MovingOptions read_moving(const Words &words, FlagReader &read, bool dry_run = false) {
  MovingOptions moving;
  moving.sql = words.has("--sql");
  moving.dry_run = dry_run || words.has("--dry-run");
  moving.strict = words.has("--strict");
  read.period("--timeout", moving.timeout);
  if (words.value("--on-failure") == "revert") moving.on_failure = OnFailure::Revert;
  if (words.value("--on-failure") == "restore") moving.on_failure = OnFailure::Restore;
  if (words.has("--backup") || words.has("--no-backup")) moving.backup = words.has("--backup");
  moving.fence = words.has("--fence");
  read.text("--report", moving.report);
  moving.report_sql = words.has("--report-sql");
  read.text("--run-id", moving.run_id);
  read.owner(moving.owner);
  read.text("--adopt", moving.adopt);
  if (words.has("--backup") && words.has("--no-backup"))
    read.complain("\"--backup\" and \"--no-backup\" exclude each other. Keep one of them.");
  if (moving.on_failure == OnFailure::Restore && !moving.fence)
    read.complain("\"--on-failure restore\" needs \"--fence\": without it, what others commit during the run would be lost.");
  if (moving.on_failure == OnFailure::Restore && moving.backup == false)
    read.complain("\"--on-failure restore\" and \"--no-backup\" exclude each other. Keep one of them.");
  if (moving.report_sql && (!moving.dry_run || moving.report.empty()))
    read.complain("\"--report-sql\" needs \"--dry-run\" and \"--report FILE\": it says what a plan's report holds.");
  if (moving.sql && moving.dry_run) read.complain("\"--sql\" and \"--dry-run\" exclude each other. Keep one of them.");
  return moving;
}

MigrateArguments read_migrate(const Words &words, FlagReader &read, bool dry_run) {
  MigrateArguments arguments;
  arguments.moving = read_moving(words, read, dry_run);
  arguments.allow_down = words.has("--allow-down");
  arguments.exact = words.has("--exact");
  arguments.approved = words.value("--approved");
  std::vector<std::string> given = words.values("--to");
  given.insert(given.end(), words.alone.begin(), words.alone.end());
  for (const std::string &list : given) {
    for (std::string &target : split(list, ',')) {
      if (target.empty()) read.complain("\"--to\" has an empty target. Part targets by one comma.");
      arguments.targets.push_back(std::move(target));
    }
  }
  return arguments;
}

std::vector<Dialect> dialects_of(const Words &words) {
  std::vector<Dialect> out;
  for (const Dialect dialect : {Dialect::Sqlite, Dialect::Postgresql}) {
    const std::vector<std::string> given = words.values("--dialect");
    if (std::find(given.begin(), given.end(), name(dialect)) != given.end()) out.push_back(dialect);
  }
  return out;
}

Result<Command> read_check(const Words &words) {
  CheckArguments arguments;
  arguments.dialects = dialects_of(words);
  std::vector<std::string> asked;
  for (const char *flag : {"--revisions", "--drift", "--snapshot", "--write-snapshot"})
    if (words.has(flag)) asked.emplace_back(flag);
  if (asked.size() > 1)
    return usage(in_quotes(asked[0]) + " and " + in_quotes(asked[1]) + " exclude each other. Keep one of them.");
  if (words.has("--revisions")) arguments.kind = CheckKind::Revisions;
  if (words.has("--drift")) arguments.kind = CheckKind::Drift;
  if (words.has("--snapshot")) arguments.kind = CheckKind::Snapshot;
  arguments.snapshot = words.value("--snapshot");
  arguments.write_snapshot = words.value("--write-snapshot");
  if (!arguments.dialects.empty() && (arguments.kind == CheckKind::Drift || arguments.kind == CheckKind::Snapshot))
    return usage(in_quotes(asked[0]) + " looks at the configured database, so \"--dialect\" says nothing there. Leave it out.");
  if (arguments.dialects.size() > 1 && !arguments.write_snapshot.empty())
    return usage("a snapshot is of one database. Give \"--dialect\" once.");
  return Command(std::move(arguments));
}

Result<Command> read_command(const Verb &verb, const Words &words, FlagReader &read) {
  switch (verb.id) {
  case VerbId::Init: {
    InitArguments arguments;
    if (!words.alone.empty()) arguments.folder = words.alone.front();
    if (arguments.folder.empty()) return usage("the folder's name is empty. Name one, like \"migrations\".");
    return Command(std::move(arguments));
  }
  case VerbId::Revision: {
    RevisionArguments arguments{
        words.value("--message"),     words.values("--head"),  words.has("--splice"),         words.values("--branch-label"),
        words.values("--depends-on"), words.value("--rev-id"), words.value("--version-path"), words.has("--autogenerate"),
        words.values("--rename"),     dialects_of(words),      words.has("--dry-run")};
    if (!arguments.autogenerate)
      for (const char *flag : {"--rename", "--dialect", "--dry-run"})
        if (words.has(flag)) return usage(in_quotes(flag) + " needs \"--autogenerate\".");
    return Command(std::move(arguments));
  }
  case VerbId::Upgrade:
    return Command(UpgradeArguments{words.alone.front(), read_moving(words, read)});
  case VerbId::Downgrade:
    return Command(DowngradeArguments{words.alone.front(), read_moving(words, read)});
  case VerbId::Migrate: {
    MigrateArguments arguments = read_migrate(words, read, false);
    if (arguments.targets.empty()) return usage("migrate needs \"--to TARGET\", like \"migrator migrate --to head\".");
    return Command(std::move(arguments));
  }
  case VerbId::Plan: {
    MigrateArguments arguments = read_migrate(words, read, true);
    if (arguments.targets.empty()) arguments.targets = {"heads"};
    return Command(std::move(arguments));
  }
  case VerbId::Current:
    return Command(CurrentArguments{words.has("--check-heads")});
  case VerbId::History:
    return Command(HistoryArguments{words.value("--rev-range"), words.has("--indicate-current")});
  case VerbId::Show:
    return Command(ShowArguments{words.alone.front()});
  case VerbId::Heads:
    return Command(HeadsArguments{words.has("--resolve-dependencies")});
  case VerbId::Branches:
    return Command(BranchesArguments{});
  case VerbId::Merge:
    return Command(
        MergeArguments{words.alone, words.value("--message"), words.values("--branch-label"), words.value("--rev-id")});
  case VerbId::Stamp:
    return Command(StampArguments{words.alone, words.has("--purge"), read_moving(words, read)});
  case VerbId::EnsureVersion:
    return Command(EnsureVersionArguments{words.has("--sql")});
  case VerbId::Edit:
    return Command(EditArguments{words.alone.front()});
  case VerbId::Status:
    if (words.has("--snapshot") && words.has("--drift"))
      return usage("\"--drift\" and \"--snapshot\" exclude each other. Keep one of them.");
    return Command(StatusArguments{words.value("--snapshot"), words.has("--drift")});
  case VerbId::Wait: {
    WaitArguments arguments;
    arguments.revisions = words.values("--revision");
    read.waited_migration(arguments.migration);
    std::optional<std::chrono::milliseconds> timeout;
    read.duration("--timeout", timeout);
    arguments.timeout = timeout.value_or(WaitArguments().timeout);
    return Command(std::move(arguments));
  }
  case VerbId::Backup: {
    BackupArguments arguments;
    read.period("--timeout", arguments.timeout);
    return Command(arguments);
  }
  case VerbId::Backups:
    return Command(BackupsArguments{words.values("--remove")});
  case VerbId::Restore: {
    RestoreArguments arguments{
        words.alone.front(), words.value("--into"), words.has("--swap"), words.has("--other-database"), {}};
    read.period("--timeout", arguments.timeout);
    if (words.has("--into") && arguments.swap) return usage("\"--into\" and \"--swap\" exclude each other. Keep one of them.");
    return Command(std::move(arguments));
  }
  case VerbId::Verify: {
    VerifyArguments arguments{words.alone, words.has("--all"), words.has("--restore"), {}};
    read.period("--timeout", arguments.timeout);
    if (arguments.all && !arguments.ids.empty()) return usage("\"--all\" and ids exclude each other. Keep one of them.");
    return Command(std::move(arguments));
  }
  case VerbId::Check:
    return read_check(words);
  case VerbId::Diff: {
    const std::vector<Dialect> dialects = dialects_of(words);
    if (dialects.size() > 1) return usage("diff compares for one database at a time. Give \"--dialect\" once.");
    return Command(DiffArguments{words.alone.at(0), words.alone.at(1),
                                 dialects.empty() ? std::nullopt : std::optional<Dialect>(dialects.front())});
  }
  case VerbId::Completion: {
    const std::string &subject = words.alone.front();
    if (subject == "bash") return Command(CompletionArguments{CompletionSubject::Bash});
    if (subject == "zsh") return Command(CompletionArguments{CompletionSubject::Zsh});
    if (subject == "fish") return Command(CompletionArguments{CompletionSubject::Fish});
    if (subject == "revisions") return Command(CompletionArguments{CompletionSubject::Revisions});
    return usage("there is no completion for " + in_quotes(subject) + ". Name bash, zsh or fish.");
  }
  }
  return fail(ErrorCode::Internal,
              "the verb " + std::string(verb.name) + " has no reader. This is a bug in the migrator: please report it.");
}

Status check_count(const Verb &verb, const std::vector<std::string> &alone) {
  const std::string line =
      "\"migrator " + std::string(verb.name) + (verb.arguments.empty() ? "" : " ") + std::string(verb.arguments) + "\"";
  if (alone.size() < verb.least_arguments)
    return usage(std::string(verb.name) + " needs " + std::string(verb.arguments) + ". Write " + line + "; \"migrator " +
                 std::string(verb.name) + " --help\" has examples.");
  if (alone.size() > verb.most_arguments)
    return usage("unexpected argument " + in_quotes(alone[verb.most_arguments]) + ". Write " + line + "." +
                 (verb.id == VerbId::Revision ? " The message is given by -m." : ""));
  return {};
}

Result<Invocation> without_a_verb(const std::vector<std::string> &arguments) {
  const Result<Words> words = read_words(nullptr, arguments);
  if (!words) return fail(words.error());
  FlagReader read(*words);
  Invocation invocation{read_global(*words, read), InformationArguments{}};
  if (!read.done()) return fail(read.done().error());
  const bool version = words->has("--version");
  const bool asked = arguments.empty() || words->has("--help");
  if (!version && !asked) return usage("no verb is given. Run \"migrator --help\" for the list.");
  std::get<InformationArguments>(invocation.command).text = version ? "migrator " MIGRATOR_VERSION "\n" : overview();
  return invocation;
}

// `before`: what stands before it, where an unknown flag may have taken the verb's place for its value.
tl::unexpected<Error> unknown_verb(const std::string &name, const std::vector<std::string> &before) {
  std::vector<std::string_view> names;
  for (const Verb &verb : verbs()) names.push_back(verb.name);
  const std::string near = config::did_you_mean(name, names);
  if (const Result<Words> flags = read_words(nullptr, before); near.empty() && !flags) return fail(flags.error());
  return usage("unknown verb " + in_quotes(name) + "." + (near.empty() ? " Run \"migrator --help\" for the list." : near));
}

} // namespace

Result<Invocation> parse(const std::vector<std::string> &arguments) {
  std::size_t at = verb_position(arguments);
  if (at >= arguments.size()) return without_a_verb(arguments);
  std::vector<std::string> rest = arguments;
  bool help_asked = false;
  if (rest[at] == "help") {
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at));
    help_asked = true;
    at = verb_position(rest);
    if (at >= rest.size()) {
      rest.emplace_back("--help");
      return without_a_verb(rest);
    }
  }
  const Verb *verb = find_verb(rest[at]);
  if (verb == nullptr) return unknown_verb(rest[at], {rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(at)});
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at));

  const Result<Words> words = read_words(verb, rest);
  if (!words) return fail(words.error());
  FlagReader read(*words);
  Invocation invocation{read_global(*words, read), InformationArguments{}};
  if (help_asked || words->has("--help") || words->has("--version")) {
    const bool help_wins = help_asked || words->has("--help");
    invocation.command = InformationArguments{help_wins ? help(*verb) : "migrator " MIGRATOR_VERSION "\n"};
    return invocation;
  }
  if (Status fits = check_count(*verb, words->alone); !fits) return fail(std::move(fits.error()));
  Result<Command> command = read_command(*verb, *words, read);
  if (!command) return fail(std::move(command.error()));
  if (!read.done()) return fail(read.done().error());
  invocation.command = std::move(*command);
  return invocation;
}

report::OutputFormat requested_output(const std::vector<std::string> &arguments) {
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i)
    if (arguments[i] == "--output=json" || (arguments[i] == "--output" && i + 1 < arguments.size() && arguments[i + 1] == "json"))
      return report::OutputFormat::Json;
  return report::OutputFormat::Text;
}

RequestedReport requested_report(const std::vector<std::string> &arguments) {
  const std::size_t at = verb_position(arguments);
  const Verb *verb = at < arguments.size() ? find_verb(arguments[at]) : nullptr;
  const auto reports = [](const auto &group) {
    return std::any_of(group.begin(), group.end(), [](const Flag &flag) { return long_name(flag) == "--report"; });
  };
  if (verb == nullptr || std::none_of(verb->flags.begin(), verb->flags.end(), reports)) return {};
  RequestedReport requested;
  requested.dry_run = verb->id == VerbId::Plan;
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const auto take = [&](const std::string &flag, std::string &into) {
      if (arguments[i].rfind(flag + "=", 0) == 0) into = arguments[i].substr(flag.size() + 1);
      if (arguments[i] == flag && i + 1 < arguments.size()) into = arguments[i + 1];
    };
    take("--report", requested.file);
    take("--run-id", requested.run_id);
    if (arguments[i] == "--dry-run") requested.dry_run = true;
  }
  return requested;
}

} // namespace migrator::cli
