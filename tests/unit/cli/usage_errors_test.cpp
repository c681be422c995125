// What a mistyped command line is told, to the letter.
#include <gtest/gtest.h>

#include "migrator/cli/parse.h"

namespace migrator::cli {
namespace {

struct UsageCase {
  std::string name;
  std::vector<std::string> arguments;
  std::string error;
};

class UsageError : public testing::TestWithParam<UsageCase> {};

TEST_P(UsageError, SaysWhatToType) {
  const Result<Invocation> parsed = parse(GetParam().arguments);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, ErrorCode::Usage);
  EXPECT_EQ(parsed.error().text(), GetParam().error);
  EXPECT_EQ(parsed.error().text().find("hunter2"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Lines, UsageError,
    testing::Values(
        UsageCase{"UnknownVerbNearAnother", {"upgade", "head"}, R"(unknown verb "upgade". Did you mean "upgrade"?)"},
        UsageCase{"UnknownFlagBeforeTheVerb",
                  {"-x", "a=b", "upgrade", "head"},
                  R"(unknown flag "-x". Run "migrator --help" for the flags.)"},
        UsageCase{"AMessageWithoutItsFlag",
                  {"revision", "create table"},
                  R"(unexpected argument "create table". Write "migrator revision". The message is given by -m.)"},
        UsageCase{"UnknownVerb", {"frobnicate"}, R"(unknown verb "frobnicate". Run "migrator --help" for the list.)"},
        UsageCase{"UrlAsVerb",
                  {"postgresql://u:hunter2@h/d"},
                  R"(unknown verb (a connection string). Run "migrator --help" for the list.)"},
        UsageCase{"UnknownVerbToExplain", {"help", "heds"}, R"(unknown verb "heds". Did you mean "heads"?)"},
        UsageCase{"NoVerb", {"--quiet"}, R"(no verb is given. Run "migrator --help" for the list.)"},
        UsageCase{"UnknownFlagNearAnother",
                  {"upgrade", "head", "--lockwait", "3s"},
                  R"(unknown flag "--lockwait" for upgrade. Did you mean "--lock-wait"?)"},
        UsageCase{"UnknownFlag",
                  {"heads", "--frobnicate"},
                  R"(unknown flag "--frobnicate" for heads. Run "migrator heads --help" for its flags.)"},
        UsageCase{
            "UnknownShortFlag", {"heads", "-z"}, R"(unknown flag "-z" for heads. Run "migrator heads --help" for its flags.)"},
        UsageCase{"UnknownGlobalFlag", {"--frobnicate"}, R"(unknown flag "--frobnicate". Run "migrator --help" for the flags.)"},
        UsageCase{"FlagOfAnotherVerb",
                  {"heads", "--purge"},
                  R"(unknown flag "--purge" for heads. Run "migrator heads --help" for its flags.)"},
        UsageCase{"MistypedUrlFlag",
                  {"heads", "--databse-url=postgresql://u:hunter2@h/d"},
                  R"(unknown flag "--databse-url" for heads. Did you mean "--database-url"?)"},
        UsageCase{"UrlWithDashes",
                  {"heads", "--postgresql://u:hunter2@h/d"},
                  R"(unknown flag for heads. Run "migrator heads --help" for its flags.)"},
        UsageCase{"UrlAsArgument",
                  {"heads", "postgresql://u:hunter2@h/d"},
                  R"(unexpected argument (a connection string). Write "migrator heads".)"},
        UsageCase{"TooMany", {"upgrade", "a", "b"}, R"(unexpected argument "b". Write "migrator upgrade TARGET".)"},
        UsageCase{"TooFew",
                  {"upgrade"},
                  R"(upgrade needs TARGET. Write "migrator upgrade TARGET"; "migrator upgrade --help" has examples.)"},
        UsageCase{"NoTargets",
                  {"stamp", "--purge"},
                  R"(stamp needs TARGET…. Write "migrator stamp TARGET…"; "migrator stamp --help" has examples.)"},
        UsageCase{"NoTo", {"migrate"}, R"(migrate needs "--to TARGET", like "migrator migrate --to head".)"},
        UsageCase{"MigrateTakesNoArgument", {"migrate", "head"}, R"(unexpected argument "head". Write "migrator migrate".)"},
        UsageCase{"EmptyTarget", {"migrate", "--to", "a,,b"}, R"("--to" has an empty target. Part targets by one comma.)"},
        UsageCase{"NoValue", {"wait", "--timeout"}, R"("--timeout" needs a value. Run "migrator wait --help" for its flags.)"},
        UsageCase{"EmptyValue", {"heads", "--config", ""}, R"("--config" is given an empty value.)"},
        UsageCase{"Twice", {"heads", "-c", "a", "--config", "b"}, R"("--config" is given more than once. Keep one of them.)"},
        UsageCase{"SwitchWithValue", {"heads", "--quiet=no"}, R"("--quiet" takes no value. Write it alone.)"},
        UsageCase{"Choice", {"heads", "--output", "xml"}, R"("--output" cannot be "xml". It is one of: text json.)"},
        UsageCase{"ChoiceOfTwoWords",
                  {"heads", "--output", "text json"},
                  R"("--output" cannot be "text json". It is one of: text json.)"},
        UsageCase{"OnFailure",
                  {"upgrade", "head", "--on-failure", "undo"},
                  R"("--on-failure" cannot be "undo". It is one of: stop revert restore.)"},
        UsageCase{"RestoreWithoutFence",
                  {"upgrade", "head", "--on-failure", "restore"},
                  R"("--on-failure restore" needs "--fence": without it, what others commit during the run would be lost.)"},
        UsageCase{"RestoreWithoutBackup",
                  {"upgrade", "head", "--on-failure", "restore", "--fence", "--no-backup"},
                  R"("--on-failure restore" and "--no-backup" exclude each other. Keep one of them.)"},
        UsageCase{"BackupAndNoBackup",
                  {"upgrade", "head", "--backup", "--no-backup"},
                  R"("--backup" and "--no-backup" exclude each other. Keep one of them.)"},
        UsageCase{"IntoAndSwap",
                  {"restore", "20261122", "--into", "sqlite:///copy.db", "--swap"},
                  R"("--into" and "--swap" exclude each other. Keep one of them.)"},
        UsageCase{"AllAndIds", {"verify", "20261122", "--all"}, R"("--all" and ids exclude each other. Keep one of them.)"},
        UsageCase{"Duration",
                  {"upgrade", "head", "--lock-wait", "60"},
                  R"("--lock-wait": "60" is not a duration. Write a number with its unit, like 500ms, 60s, 2m or 1h30m.)"},
        UsageCase{
            "NoTime", {"upgrade", "head", "--timeout", "0"}, R"("--timeout" must be longer than 0. Leave it out for no limit.)"},
        UsageCase{"Owner", {"upgrade", "head", "--owner", "shop/u1"}, R"("--owner" must be NAMESPACE/NAME/UID.)"},
        UsageCase{"OwnerWithAnEmptyPart", {"upgrade", "head", "--owner", "ns//u1"}, R"("--owner" must be NAMESPACE/NAME/UID.)"},
        UsageCase{"ReportSqlOfARun",
                  {"upgrade", "head", "--report", "r.json", "--report-sql"},
                  R"("--report-sql" needs "--dry-run" and "--report FILE": it says what a plan's report holds.)"},
        UsageCase{"ReportSqlWithoutAReport",
                  {"plan", "--report-sql"},
                  R"("--report-sql" needs "--dry-run" and "--report FILE": it says what a plan's report holds.)"},
        UsageCase{"WaitForSomethingElse",
                  {"wait", "--for", "job/shop"},
                  R"("--for" must be migration/NAME, like "--for migration/shop".)"},
        UsageCase{
            "WaitForNothing", {"wait", "--for", "migration/"}, R"("--for" must be migration/NAME, like "--for migration/shop".)"},
        UsageCase{"WaitForAPath",
                  {"wait", "--for", "migration/../x"},
                  R"("--for" must be migration/NAME, like "--for migration/shop".)"},
        UsageCase{"WaitInNoNamespace",
                  {"wait", "--for", "migration/shop", "-n", "Shop"},
                  R"("--namespace" must be a namespace's name, like "shop".)"},
        UsageCase{"WaitForBoth",
                  {"wait", "--for", "migration/shop", "--revision", "a1"},
                  R"("--for" and "--revision" exclude each other. Keep one of them.)"},
        UsageCase{"NamespaceOfADatabase",
                  {"wait", "-n", "shop"},
                  R"("--namespace" says where a Migration is: it needs "--for migration/NAME".)"},
        UsageCase{"SqlAndDryRun",
                  {"upgrade", "head", "--sql", "--dry-run"},
                  R"("--sql" and "--dry-run" exclude each other. Keep one of them.)"},
        UsageCase{
            "VersionTable",
            {"heads", "--version-table", "a b"},
            R"("--version-table": "a b" cannot name the version table. Use a letter or "_" first, then letters, digits and "_", at most )"
            "50."},
        UsageCase{"Shell", {"completion", "tcsh"}, R"(there is no completion for "tcsh". Name bash, zsh or fish.)"},
        UsageCase{"Folder", {"init", ""}, R"(the folder's name is empty. Name one, like "migrations".)"}),
    [](const auto &given) { return given.param.name; });

} // namespace
} // namespace migrator::cli
