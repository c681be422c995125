// Every verb's arguments as they are typed, and what they become.
#include "migrator/cli/parse.h"

#include <gtest/gtest.h>

namespace migrator::cli {
namespace {

std::vector<std::string> words(const std::string &line) {
  std::vector<std::string> list;
  std::size_t at = 0;
  while (at < line.size()) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    if (end > at) list.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return list;
}

Invocation invocation(const std::vector<std::string> &arguments) {
  Result<Invocation> parsed = parse(arguments);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().text());
  return parsed ? std::move(*parsed) : Invocation();
}

template <typename Arguments> Arguments command(const std::string &line) {
  const Invocation parsed = invocation(words(line));
  const Arguments *arguments = std::get_if<Arguments>(&parsed.command);
  EXPECT_NE(arguments, nullptr) << line;
  return arguments == nullptr ? Arguments() : *arguments;
}

struct TargetCase {
  std::string name;
  std::string line;
  std::string target;
};

class DowngradeTarget : public testing::TestWithParam<TargetCase> {};
TEST_P(DowngradeTarget, IsTakenAsTyped) {
  EXPECT_EQ(command<DowngradeArguments>(GetParam().line).target, GetParam().target);
}
INSTANTIATE_TEST_SUITE_P(Lines, DowngradeTarget,
                         testing::Values(TargetCase{"MinusOne", "downgrade -1", "-1"},
                                         TargetCase{"FlagBefore", "downgrade --sql -1", "-1"},
                                         TargetCase{"FlagAfter", "downgrade -1 --sql", "-1"},
                                         TargetCase{"GlobalBeforeTheVerb", "--quiet -c x.yaml downgrade -1", "-1"},
                                         TargetCase{"VerbsFlagBeforeTheVerb", "--lock-wait 3s downgrade -12", "-12"},
                                         TargetCase{"Label", "downgrade billing@-1", "billing@-1"},
                                         TargetCase{"IdMinus", "downgrade ae10-2", "ae10-2"},
                                         TargetCase{"Base", "downgrade base", "base"},
                                         TargetCase{"Range", "downgrade --sql head:base", "head:base"},
                                         TargetCase{"AfterTheMark", "downgrade --sql -- -1", "-1"},
                                         TargetCase{"LooksLikeAFlag", "downgrade -- --sql", "--sql"}),
                         [](const auto &given) { return given.param.name; });

class UpgradeTarget : public testing::TestWithParam<TargetCase> {};
TEST_P(UpgradeTarget, IsTakenAsTyped) {
  EXPECT_EQ(command<UpgradeArguments>(GetParam().line).target, GetParam().target);
}
INSTANTIATE_TEST_SUITE_P(Lines, UpgradeTarget,
                         testing::Values(TargetCase{"Head", "upgrade head", "head"}, TargetCase{"Plus", "upgrade +1", "+1"},
                                         TargetCase{"LabelPlus", "upgrade label@+2", "label@+2"},
                                         TargetCase{"IdPlus", "upgrade ae10+2", "ae10+2"},
                                         TargetCase{"NamedLikeAVerb", "upgrade heads", "heads"},
                                         TargetCase{"ConfigNamedLikeAVerb", "-c heads upgrade +1", "+1"}),
                         [](const auto &given) { return given.param.name; });

TEST(Parse, MovingOptions) {
  const auto moving =
      command<UpgradeArguments>(
          "upgrade head --sql --strict --timeout 30m --on-failure revert --report /r.json --run-id u1.2 --owner ns/shop/u1 "
          "--adopt u0")
          .moving;
  EXPECT_TRUE(moving.sql);
  EXPECT_FALSE(moving.dry_run);
  EXPECT_TRUE(moving.strict);
  EXPECT_EQ(moving.timeout, std::chrono::minutes(30));
  EXPECT_EQ(moving.on_failure, OnFailure::Revert);
  EXPECT_EQ(moving.report, "/r.json");
  EXPECT_EQ(moving.run_id, "u1.2");
  ASSERT_TRUE(moving.owner);
  EXPECT_EQ(moving.owner->name_space, "ns");
  EXPECT_EQ(moving.owner->name, "shop");
  EXPECT_EQ(moving.owner->uid, "u1");
  EXPECT_EQ(moving.adopt, "u0");
  const auto nothing = command<UpgradeArguments>("upgrade head").moving;
  EXPECT_FALSE(nothing.sql || nothing.dry_run || nothing.strict || nothing.timeout || nothing.owner);
  EXPECT_EQ(nothing.on_failure, OnFailure::Stop);
  EXPECT_TRUE(command<DowngradeArguments>("downgrade base --dry-run").moving.dry_run);
  const auto plan = command<MigrateArguments>("plan head --report /r.json --report-sql").moving;
  EXPECT_TRUE(plan.dry_run && plan.report_sql);
  EXPECT_EQ(plan.report, "/r.json");
}

TEST(Parse, LocksGoIntoTheOverrides) {
  const auto overrides =
      invocation(words("upgrade head --lock-wait 1m --lock-timeout=0 --statement-timeout 2s")).global.overrides;
  EXPECT_EQ(overrides.lock_wait, std::chrono::minutes(1));
  EXPECT_EQ(overrides.lock_timeout, std::chrono::seconds(0));
  EXPECT_EQ(overrides.statement_timeout, std::chrono::seconds(2));
}

TEST(Parse, GlobalOptionsStandAnywhere) {
  for (const char *line : {"-c f.yaml --output json --log-format json --color never -q -v -y heads",
                           "heads -c f.yaml --output=json --log-format=json --color=never -qvy",
                           "--output json -q heads --log-format json -v --config=f.yaml --color never --yes"}) {
    const GlobalOptions global = invocation(words(line)).global;
    EXPECT_EQ(global.config, "f.yaml") << line;
    EXPECT_EQ(global.output, report::OutputFormat::Json) << line;
    EXPECT_EQ(global.log_format, report::LogFormat::Json) << line;
    EXPECT_EQ(global.color, report::ColorMode::Never) << line;
    EXPECT_TRUE(global.quiet && global.verbose && global.yes) << line;
  }
}

TEST(Parse, GlobalOverrides) {
  const auto overrides = invocation(words("current --database-url sqlite:///a.db --direct-url sqlite:///b.db --migrations one "
                                          "--migrations two --version-table v --version-schema s"))
                             .global.overrides;
  EXPECT_EQ(overrides.database_url->text, "sqlite:///a.db");
  EXPECT_EQ(overrides.database_url->source, "--database-url");
  EXPECT_EQ(overrides.direct_url->text, "sqlite:///b.db");
  EXPECT_EQ(overrides.migrations, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(overrides.version_table, "v");
  EXPECT_EQ(overrides.version_schema, "s");
}

TEST(Parse, Init) {
  EXPECT_EQ(command<InitArguments>("init").folder, "migrations");
  EXPECT_EQ(command<InitArguments>("init db/revisions").folder, "db/revisions");
}

TEST(Parse, Revision) {
  const Invocation parsed =
      invocation({"revision", "-m", "add users, [WIP]", "--head", "billing@head", "--head", "-1", "--splice", "--branch-label",
                  "a", "--branch-label", "b", "--depends-on", "x", "--rev-id", "r1", "--version-path", "db"});
  const auto &arguments = std::get<RevisionArguments>(parsed.command);
  EXPECT_EQ(arguments.message, "add users, [WIP]");
  EXPECT_EQ(arguments.heads, (std::vector<std::string>{"billing@head", "-1"}));
  EXPECT_TRUE(arguments.splice);
  EXPECT_EQ(arguments.branch_labels, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(arguments.depends_on, std::vector<std::string>{"x"});
  EXPECT_EQ(arguments.rev_id, "r1");
  EXPECT_EQ(arguments.version_path, "db");
}

TEST(Parse, AMessageMayLookLikeAnything) {
  for (const std::string message : {"[a, b]", "--sql", "-m", "a=b", "x://y", "\"quoted\"", "%%", "{}", " "})
    EXPECT_EQ(std::get<RevisionArguments>(invocation({"revision", "--message", message}).command).message, message);
  EXPECT_EQ(std::get<RevisionArguments>(invocation({"revision", "--message=--x"}).command).message, "--x");
}

TEST(Parse, Migrate) {
  const auto arguments = command<MigrateArguments>("migrate --to a,b --to label@head --allow-down --exact --approved v1:ff");
  EXPECT_EQ(arguments.targets, (std::vector<std::string>{"a", "b", "label@head"}));
  EXPECT_TRUE(arguments.allow_down);
  EXPECT_TRUE(arguments.exact);
  EXPECT_EQ(arguments.approved, "v1:ff");
  EXPECT_FALSE(arguments.moving.dry_run);
}

TEST(Parse, PlanIsMigrateWithoutMoving) {
  const auto nothing = command<MigrateArguments>("plan");
  EXPECT_EQ(nothing.targets, std::vector<std::string>{"heads"});
  EXPECT_TRUE(nothing.moving.dry_run);
  const auto down = command<MigrateArguments>("plan base --allow-down");
  EXPECT_EQ(down.targets, std::vector<std::string>{"base"});
  EXPECT_TRUE(down.allow_down && down.moving.dry_run);
  EXPECT_EQ(command<MigrateArguments>("plan --to a,b").targets, (std::vector<std::string>{"a", "b"}));
}

TEST(Parse, History) {
  EXPECT_EQ(command<HistoryArguments>("history").range, "");
  EXPECT_EQ(command<HistoryArguments>("history -r -3:current").range, "-3:current");
  EXPECT_EQ(command<HistoryArguments>("history -r-3:current").range, "-3:current");
  EXPECT_EQ(command<HistoryArguments>("history --rev-range=-3:current -i").range, "-3:current");
  EXPECT_TRUE(command<HistoryArguments>("history -i").indicate_current);
  EXPECT_TRUE(invocation(words("history -v")).global.verbose);
}

TEST(Parse, TheOtherVerbs) {
  EXPECT_TRUE(command<CurrentArguments>("current --check-heads").check_heads);
  EXPECT_FALSE(command<CurrentArguments>("current").check_heads);
  EXPECT_EQ(command<ShowArguments>("show ae10").revision, "ae10");
  EXPECT_EQ(command<EditArguments>("edit head").revision, "head");
  EXPECT_TRUE(command<HeadsArguments>("heads --resolve-dependencies").resolve_dependencies);
  command<BranchesArguments>("branches");
  EXPECT_FALSE(command<StatusArguments>("status").drift);
  EXPECT_TRUE(command<StatusArguments>("status --drift").drift);
  EXPECT_EQ(command<StatusArguments>("status --snapshot s.json").snapshot, "s.json");
  EXPECT_TRUE(command<EnsureVersionArguments>("ensure-version --sql").sql);
  const auto merge = command<MergeArguments>("merge a b -m join --branch-label l --rev-id r");
  EXPECT_EQ(merge.revisions, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(merge.message, "join");
  EXPECT_EQ(merge.branch_labels, std::vector<std::string>{"l"});
  EXPECT_EQ(merge.rev_id, "r");
  const auto stamp = command<StampArguments>("stamp a b --purge --sql");
  EXPECT_EQ(stamp.targets, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(stamp.purge && stamp.moving.sql);
  EXPECT_EQ(command<WaitArguments>("wait").timeout, std::chrono::minutes(10));
  const auto wait = command<WaitArguments>("wait --revision a --revision b --timeout 2m");
  EXPECT_EQ(wait.revisions, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(wait.timeout, std::chrono::minutes(2));
  EXPECT_FALSE(wait.migration);
  const auto gate = command<WaitArguments>("wait --for migration/shop.v2 -n web --context c --kubeconfig f --timeout 1s");
  ASSERT_TRUE(gate.migration);
  EXPECT_EQ(gate.migration->name, "shop.v2");
  EXPECT_EQ(gate.migration->name_space, "web");
  EXPECT_EQ(gate.migration->context, "c");
  EXPECT_EQ(gate.migration->kubeconfig, "f");
  EXPECT_EQ(gate.timeout, std::chrono::seconds(1));
  EXPECT_EQ(command<WaitArguments>("wait --for migrations.migrator.dev/shop").migration->name, "shop");
  EXPECT_EQ(command<CompletionArguments>("completion zsh").subject, CompletionSubject::Zsh);
}

TEST(RequestedOutput, IsToldEvenWhenTheRestIsWrong) {
  EXPECT_EQ(requested_output({"upgade", "--output", "json"}), report::OutputFormat::Json);
  EXPECT_EQ(requested_output({"--output=json", "x"}), report::OutputFormat::Json);
  EXPECT_EQ(requested_output({"upgade", "--output"}), report::OutputFormat::Text);
  EXPECT_EQ(requested_output({"show", "--", "--output=json"}), report::OutputFormat::Text);
}

TEST(RequestedReport, IsToldEvenWhenTheRestIsWrong) {
  const RequestedReport run =
      requested_report({"-q", "migrate", "--to", "--report", "/r.json", "--run-id=u1.1.migrate", "--nonsense"});
  EXPECT_EQ(run.file, "/r.json");
  EXPECT_EQ(run.run_id, "u1.1.migrate");
  EXPECT_FALSE(run.dry_run);
  EXPECT_TRUE(requested_report({"migrate", "--dry-run", "--report=/r.json"}).dry_run);
  EXPECT_TRUE(requested_report({"plan", "--report=/r.json"}).dry_run);
  EXPECT_EQ(requested_report({"heads", "--report", "/r.json"}).file, "") << "heads takes no report";
  EXPECT_EQ(requested_report({"migrat", "--report", "/r.json"}).file, "");
  EXPECT_EQ(requested_report({"upgrade", "--", "--report=/r.json"}).file, "");
  EXPECT_EQ(requested_report({}).file, "");
}

TEST(Backups, AreAskedForAsTyped) {
  EXPECT_EQ(command<UpgradeArguments>("upgrade head").moving.backup, std::nullopt);
  EXPECT_EQ(command<UpgradeArguments>("upgrade head --backup").moving.backup, true);
  EXPECT_EQ(command<MigrateArguments>("migrate --to head --no-backup").moving.backup, false);
  const MovingOptions fenced = command<MigrateArguments>("migrate --to head --fence --on-failure restore").moving;
  EXPECT_TRUE(fenced.fence);
  EXPECT_EQ(fenced.on_failure, OnFailure::Restore);
  EXPECT_EQ(command<BackupArguments>("backup --timeout 5m").timeout, std::chrono::minutes(5));
  EXPECT_EQ(command<BackupsArguments>("backups --remove a --remove b").remove, (std::vector<std::string>{"a", "b"}));
  const RestoreArguments restore = command<RestoreArguments>("restore 2026 --into sqlite:///copy.db --other-database");
  EXPECT_EQ(restore.id, "2026");
  EXPECT_EQ(restore.into, "sqlite:///copy.db");
  EXPECT_TRUE(restore.other_database);
  EXPECT_TRUE(command<RestoreArguments>("restore 2026 --swap").swap);
  const VerifyArguments verify = command<VerifyArguments>("verify 1 2 --restore");
  EXPECT_EQ(verify.ids, (std::vector<std::string>{"1", "2"}));
  EXPECT_TRUE(verify.restore);
  EXPECT_TRUE(command<VerifyArguments>("verify --all").all);
  const config::Overrides overrides = invocation(words("backup --backup-folder kept --verify restore")).global.overrides;
  EXPECT_EQ(overrides.backup_folder, "kept");
  EXPECT_EQ(overrides.backup_verify, config::BackupVerification::Restore);
}

} // namespace
} // namespace migrator::cli
