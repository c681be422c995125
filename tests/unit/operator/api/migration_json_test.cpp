#include "operator/api/migration_json.h"

#include <gtest/gtest.h>

#include "operator/api/limits.h"

namespace controller::api {
namespace {

Json smallest() {
  return Json::parse(R"({
    "apiVersion": "migrator.dev/v1alpha1", "kind": "Migration",
    "metadata": {"name": "shop", "namespace": "prod", "uid": "u-1", "generation": 3, "resourceVersion": "77"},
    "spec": {"database": {"urlFrom": {"secretKeyRef": {"name": "shop-db", "key": "uri"}}},
             "backup": {"policy": "Always", "volume": {"persistentVolumeClaim": {"claimName": "shop-backups"}}}}})");
}

Json patched(const char *merge_patch) {
  Json object = smallest();
  object.merge_patch(Json::parse(merge_patch));
  return object;
}

Migration read(const Json &object) {
  auto migration = read_migration(object);
  EXPECT_TRUE(migration.has_value()) << migration.error().field << ": " << migration.error().message;
  return migration ? *migration : Migration{};
}

TEST(ReadMigration, GivesAbsentFieldsTheDefaultsOfTheCrd) {
  const Migration migration = read(smallest());
  EXPECT_EQ(migration.name_space, "prod");
  EXPECT_EQ(migration.name, "shop");
  EXPECT_EQ(migration.uid, "u-1");
  EXPECT_EQ(migration.generation, 3);
  EXPECT_EQ(migration.resource_version, "77");
  EXPECT_FALSE(migration.deleting);
  EXPECT_EQ(migration.spec.target, "head");
  EXPECT_EQ(migration.spec.source.type, SourceType::Runner);
  EXPECT_EQ(migration.spec.database.url_from->key, "uri");
  EXPECT_EQ(migration.spec.backup.claim, "shop-backups");
  EXPECT_EQ(migration.spec.backup.retain, 5);
  EXPECT_EQ(migration.spec.timeout, std::chrono::minutes(30));
  EXPECT_EQ(migration.spec.lock_timeout, std::chrono::seconds(3));
  EXPECT_EQ(migration.status.observed_generation, -1);
}

TEST(ReadMigration, ReadsEveryFieldOfTheSpec) {
  const Spec spec = read(patched(R"({"spec": {
      "target": "abc,billing@head", "runner": {"image": "r/i:1", "imagePullPolicy": "Always", "imagePullSecrets": [{"name": "pull"}]},
      "source": {"type": "ImageVolume", "imageVolume": {"reference": "r/m:1", "pullPolicy": "IfNotPresent", "path": "sql"}},
      "database": {"type": "PostgreSQL", "urlFrom": null,
        "connection": {"host": "db", "port": 5433, "name": "shop", "userFrom": {"secretKeyRef": {"name": "s", "key": "user"}},
                       "passwordFrom": {"secretKeyRef": {"name": "s", "key": "password"}}},
        "tls": {"mode": "verify-ca", "caFrom": {"configMapKeyRef": {"name": "ca", "key": "ca.crt"}}, "clientCertSecretName": "client"},
        "schema": "ops", "versionTable": "v", "directUrlFrom": {"secretKeyRef": {"name": "d", "key": "url"}},
        "scratch": {"sameServer": true}, "grantRead": ["app", "Reader"]},
      "backup": {"policy": "Destructive", "retain": 7, "verify": "Restore"},
      "approval": "Manual", "downgrade": "Approve", "onFailure": "Restore", "fence": true, "plan": {"includeSQL": true},
      "interval": "1h30m", "suspend": true, "timeout": "2h", "retry": {"deadline": "1m"}, "lockWait": "5s", "lockTimeout": "1500ms",
      "statementTimeout": "10m", "podTemplate": {"spec": {"priorityClassName": "high"}}}})"))
                        .spec;
  EXPECT_EQ(spec.target, "abc,billing@head");
  EXPECT_EQ(spec.runner.image, "r/i:1");
  EXPECT_EQ(spec.runner.image_pull_policy, "Always");
  EXPECT_EQ(spec.runner.image_pull_secrets, std::vector<std::string>{"pull"});
  EXPECT_EQ(spec.source.type, SourceType::ImageVolume);
  EXPECT_EQ(spec.source.image, "r/m:1");
  EXPECT_EQ(spec.source.pull_policy, "IfNotPresent");
  EXPECT_EQ(spec.source.path, "sql");
  ASSERT_TRUE(spec.database.connection);
  EXPECT_EQ(spec.database.connection->port, 5433);
  EXPECT_EQ(spec.database.connection->password_from->key, "password");
  EXPECT_EQ(spec.database.tls->mode, "verify-ca");
  EXPECT_EQ(spec.database.tls->ca_config_map->key, "ca.crt");
  EXPECT_EQ(spec.database.tls->client_cert_secret_name, "client");
  EXPECT_EQ(spec.database.schema, "ops");
  EXPECT_EQ(spec.database.version_table, "v");
  EXPECT_EQ(spec.database.direct_url_from->name, "d");
  EXPECT_TRUE(spec.database.scratch->same_server);
  EXPECT_EQ(spec.database.grant_read, (std::vector<std::string>{"app", "Reader"}));
  EXPECT_EQ(spec.backup.policy, BackupPolicy::Destructive);
  EXPECT_EQ(spec.backup.retain, 7);
  EXPECT_EQ(spec.backup.verify, Verification::Restore);
  EXPECT_EQ(spec.approval, Approval::Manual);
  EXPECT_EQ(spec.downgrade, Downgrade::Approve);
  EXPECT_EQ(spec.on_failure, OnFailure::Restore);
  EXPECT_TRUE(spec.fence && spec.suspend && spec.plan_includes_sql);
  EXPECT_EQ(spec.interval, std::chrono::minutes(90));
  EXPECT_EQ(spec.timeout, std::chrono::hours(2));
  EXPECT_EQ(spec.retry_deadline, std::chrono::minutes(1));
  EXPECT_EQ(spec.lock_wait, std::chrono::seconds(5));
  EXPECT_EQ(spec.lock_timeout, std::chrono::milliseconds(1500));
  EXPECT_EQ(spec.statement_timeout, std::chrono::minutes(10));
  EXPECT_EQ(spec.pod_template["spec"]["priorityClassName"], "high");
}

TEST(ReadMigration, KeepsTheAnnotationsThatAskForSomethingAndBoundsThem) {
  Json object = smallest();
  object["metadata"]["annotations"] = {
      {"migrator.dev/requestedAt", std::string(5'000, 'x')}, {"migrator.dev/approve", "a\nb"}, {"someone.else/key", "v"}};
  const Migration migration = read(object);
  EXPECT_EQ(migration.annotations.size(), 2U);
  EXPECT_EQ(migration.annotations.at("migrator.dev/requestedAt").size(), kLongestName);
  EXPECT_EQ(migration.annotations.at("migrator.dev/approve"), "a b");
  // A value that is copied to the status equals its copy when both are read again.
  Status status;
  status.last_handled_requested_at = migration.annotations.at("migrator.dev/requestedAt");
  object["status"] = write_status(status);
  EXPECT_EQ(read(object).status.last_handled_requested_at, read(object).annotations.at("migrator.dev/requestedAt"));
}

struct Broken {
  const char *name;
  const char *merge_patch;
  const char *field;
  const char *message;
};

class BrokenMigration : public testing::TestWithParam<Broken> {};

TEST_P(BrokenMigration, IsRefusedWithFieldAndAdvice) {
  const auto migration = read_migration(patched(GetParam().merge_patch));
  ASSERT_FALSE(migration.has_value());
  EXPECT_EQ(migration.error().field, GetParam().field);
  EXPECT_EQ(migration.error().message, GetParam().message);
}

constexpr const char *kBadTarget =
    "target must be head, heads, base, a whole revision id or LABEL@head, several parted by commas without "
    "blanks; relative targets like +1, -1 or ID+1 are not possible here";

const Broken kBroken[] = {
    {"WrongType", R"({"spec": {"exact": "yes"}})", "spec.exact", "This must be true or false."},
    {"NoSpec", R"({"spec": null})", "spec", "This is required."},
    {"NoPolicy", R"({"spec": {"backup": {"policy": null}}})", "spec.backup.policy",
     "This is required. Write Always, Destructive, External or Never."},
    {"UnknownPolicy", R"({"spec": {"backup": {"policy": "Sometimes"}}})", "spec.backup.policy",
     "\"Sometimes\" is not known here. Write Always, Destructive, External or Never."},
    {"BadDuration", R"({"spec": {"timeout": "90"}})", "spec.timeout",
     "\"90\" is not a duration here. Write a number with its unit, like 60s, 2m or 1h30m."},
    {"PartsOfSeconds", R"({"spec": {"timeout": "1500ms"}})", "spec.timeout",
     "\"1500ms\" is not a duration here. Write a number with its unit, like 60s, 2m or 1h30m."},
    {"NumberTooLarge", R"({"spec": {"backup": {"retain": 18446744073709551615}}})", "spec.backup.retain",
     "This must be a whole number from 1 to 100000."},
    {"RelativeTarget", R"({"spec": {"target": "-1"}})", "spec.target", kBadTarget},
    {"RelativeToId", R"({"spec": {"target": "abc+1"}})", "spec.target", kBadTarget},
    {"EmptyTarget", R"({"spec": {"target": "abc,"}})", "spec.target", kBadTarget},
    {"Current", R"({"spec": {"target": "current"}})", "spec.target", kBadTarget},
    {"LabelAtId", R"({"spec": {"target": "billing@abc"}})", "spec.target", kBadTarget},
    {"TargetOption", R"({"spec": {"target": "--help"}})", "spec.target", kBadTarget},
    {"ExactHead", R"({"spec": {"target": "abc,billing@head", "exact": true}})", "spec.exact",
     "exact: true needs explicit targets, revision ids or base: head, heads and LABEL@head never take anything away"},
    {"SourceWithoutMember", R"({"spec": {"source": {"type": "ConfigMap"}}})", "spec.source",
     "type: ConfigMap needs configMap, and no other source"},
    {"TwoDatabases", R"({"spec": {"database": {"connection": {"host": "h"}}}})", "spec.database",
     "type: PostgreSQL needs exactly one of urlFrom and connection"},
    {"KeyWithoutName", R"({"spec": {"database": {"urlFrom": {"secretKeyRef": {"name": null}}}}})",
     "spec.database.urlFrom.secretKeyRef.name", "This is required."},
    {"VerifyWithoutCa", R"({"spec": {"database": {"tls": {"mode": "verify-full"}}}})", "spec.database.tls",
     "mode: verify-ca and verify-full need caFrom, the certificate to verify against"},
    {"ScratchTwice", R"({"spec": {"database": {"scratch": {}}}})", "spec.database.scratch",
     "scratch needs exactly one of urlFrom and sameServer: true"},
    {"SqliteWithoutClaim", R"({"spec": {"database": {"type": "SQLite", "urlFrom": null}}})", "spec.database",
     "type: SQLite needs sqlite, the volume and the file in it"},
    {"SqliteOutside",
     R"({"spec": {"database": {"type": "SQLite", "urlFrom": null, "sqlite": {"path": "../x.db", "volume": {"persistentVolumeClaim": {"claimName": "c"}}}}}})",
     "spec.database.sqlite.path", "path must name a file inside the volume: without a leading /, without . and .."},
    {"SqliteWithUrl",
     R"({"spec": {"database": {"type": "SQLite", "sqlite": {"path": "x.db", "volume": {"persistentVolumeClaim": {"claimName": "c"}}}}}})",
     "spec.database", "type: SQLite takes none of urlFrom, connection, tls, schema, directUrlFrom, scratch and grantRead"},
    {"RelativeRunnerPath", R"({"spec": {"source": {"type": "Runner", "runner": {"path": "migrations"}}}})",
     "spec.source.runner.path", "path must be absolute, without .."},
    {"RunnerPathUp", R"({"spec": {"source": {"type": "Runner", "runner": {"path": "/a/../etc"}}}})", "spec.source.runner.path",
     "path must be absolute, without .."},
    {"ImagePathOutside",
     R"({"spec": {"source": {"type": "ImageVolume", "imageVolume": {"reference": "r/m:1", "path": "/sql"}}}})",
     "spec.source.imageVolume.path", "path must lie inside the volume: without a leading /, without . and .."},
    {"ClaimPathOutside",
     R"({"spec": {"source": {"type": "PersistentVolumeClaim", "persistentVolumeClaim": {"claimName": "c", "path": "sql/../.."}}}})",
     "spec.source.persistentVolumeClaim.path", "path must lie inside the volume: without a leading /, without . and .."},
    {"HostWithPath",
     R"({"spec": {"database": {"urlFrom": null, "connection": {"host": "db/x", "name": "d", "userFrom": {"secretKeyRef": {"name": "s", "key": "u"}}}}}})",
     "spec.database.connection.host", "host must be a host name or an address, without user, port and /"},
    {"TwoRolesInOne", R"({"spec": {"database": {"grantRead": ["app", "a,b"]}}})", "spec.database.grantRead[1]",
     "a role's name cannot hold a comma here"},
    {"NoVolume", R"({"spec": {"backup": {"volume": null}}})", "spec.backup",
     "policy: Always and Destructive need volume, where backups are kept"},
    {"ExternalWithoutCommand", R"({"spec": {"backup": {"policy": "External"}}})", "spec.backup",
     "command belongs to policy: External, which needs it"},
    {"VerifyRestoreWithoutScratch", R"({"spec": {"backup": {"verify": "Restore"}}})", "spec",
     "backup.verify: Restore needs database.scratch, a place to load the backup into"},
    {"DownWithoutBackup", R"({"spec": {"backup": {"policy": "Never"}}})", "spec",
     "downgrade: Allow needs a backup policy other than Never; write downgrade: Approve or Deny to go without backups"},
    {"RestoreWithoutFence", R"({"spec": {"onFailure": "Restore"}})", "spec",
     "onFailure: Restore needs fence: true: without it, what others commit during the run would be lost"},
    {"RestoreWithoutBackup",
     R"({"spec": {"onFailure": "Restore", "fence": true, "backup": {"policy": "External", "command": ["snap"]}}})", "spec",
     "onFailure: Restore needs backup.policy Always or Destructive, a backup that the runner can put back"},
    {"ShortInterval", R"({"spec": {"interval": "5s"}})", "spec.interval", "interval must be 0s (never) or from 1m to 576h"},
    {"NoTimeout", R"({"spec": {"timeout": "0s"}})", "spec.timeout", "timeout must be from 1s to 576h"},
    {"LongName", R"({"metadata": {"name": "a-name-of-fifty-three-characters-is-too-long-for-a-job"}})", "metadata.name",
     "metadata.name must be at most 52 characters, for Jobs are named after it"},
};

INSTANTIATE_TEST_SUITE_P(Rules, BrokenMigration, testing::ValuesIn(kBroken),
                         [](const auto &broken) { return broken.param.name; });

TEST(ReadMigration, ABrokenSpecKeepsItsStatus) {
  Json object = patched(R"({"spec": {"target": "-1"}, "status": {"observedGeneration": 2, "lastSuccess": {"target": "abc"}}})");
  const Migration migration = read_without_spec(object);
  EXPECT_EQ(migration.uid, "u-1");
  EXPECT_EQ(migration.status.observed_generation, 2);
  EXPECT_EQ(migration.status.last_success->target, "abc");
}

TEST(ReadMigration, AStatusThatCannotBeReadIsTakenAsAbsent) {
  for (const char *status : {R"({"run": {"sequence": -1}})", R"({"run": {"kind": "other"}})", R"({"currentRevisions": [1]})",
                             R"({"conditions": [{"lastTransitionTime": "yesterday"}]})", R"({"lastRun": {"exitCode": 256}})"}) {
    SCOPED_TRACE(status);
    Json object = smallest();
    object["status"] = Json::parse(status);
    object["status"]["observedGeneration"] = 2;
    EXPECT_EQ(read(object).status.observed_generation, -1);
  }
}

Status full_status() {
  Status status;
  status.observed_generation = 3;
  status.conditions = {{"Ready", "False", "MigrationFailed", "why", 3, Time(std::chrono::seconds(1'800'000'000))}};
  status.current_revisions = {"a1"};
  status.target_revisions = {"b2", "c3"};
  status.pending_revisions = 2;
  status.applied_revisions = {"a1", "a0"};
  status.applied_images = {{"r/i:1", {"a1"}}, {"r/i:0", {}}};
  status.plan =
      PlanStatus{"id", "v1:hash", 7, true, {{"b2", "up", false}, {"a0", "down", true}}, {"down"}, {"drops t"}, {"DROP TABLE t"}};
  Run run;
  run.sequence = 7;
  run.kind = RunKind::Plan;
  run.attempt = 2;
  run.job = "shop-1";
  run.job_uid = "j-1";
  run.input_hash = "h";
  run.target = "head";
  run.exact = true;
  run.generation = 3;
  run.requests = {"now", "flux", "adopt-uid", "force-id"};
  run.start_time = Time(std::chrono::seconds(1'800'000'001));
  run.not_before = Time(std::chrono::seconds(1'800'000'002));
  run.allow_down = true;
  run.approved_hash = "v1:hash";
  run.progress = Progress{1, 2, 50};
  status.run = run;
  status.last_success = LastSuccess{"a1", true};
  FinishedRun finished;
  finished.sequence = 6;
  finished.kind = RunKind::Verify;
  finished.attempt = 3;
  finished.job = "shop-0";
  finished.input_hash = "g";
  finished.target = "a1";
  finished.generation = 2;
  finished.requests.requested_at = "then";
  finished.outcome = "Failed";
  finished.reason = "MigrationFailed";
  finished.exit_code = 20;
  finished.start_time = Time(std::chrono::seconds(1'799'000'000));
  finished.seconds = 12;
  finished.image_id = "registry.example/shop@sha256:0123";
  finished.failed = FailedStep{"b2", "x.sql", 3, "42P01", "no table"};
  status.last_run = finished;
  status.last_backup = LastBackup{"b-1", 123, "abc", "archive", Time(std::chrono::seconds(1'799'000'003))};
  status.last_handled_approval = "p";
  status.last_handled_requested_at = "then";
  status.last_handled_reconcile_at = "flux-then";
  status.last_verified = Time(std::chrono::seconds(1'799'000'004));
  status.history = {finished};
  return status;
}

TEST(WriteStatus, SaysAllThatWasSetAndIsReadBackTheSame) {
  const Json written = write_status(full_status());
  EXPECT_EQ(written["observedGeneration"], 3);
  EXPECT_EQ(written["run"]["kind"], "plan");
  EXPECT_EQ(written["run"]["progress"]["percent"], 50);
  EXPECT_EQ(written["run"]["startTime"], "2027-01-15T08:00:01Z");
  EXPECT_EQ(written["plan"]["steps"][1]["direction"], "down");
  EXPECT_EQ(written["lastRun"]["failed"]["sqlstate"], "42P01");
  EXPECT_EQ(written["appliedImages"][1]["heads"], Json::array());
  Json object = smallest();
  object["status"] = written;
  EXPECT_EQ(write_status(read(object).status), written);
}

TEST(WriteStatus, LeavesOutWhatIsAbsent) {
  EXPECT_EQ(write_status(Status{}), Json::parse(R"({"observedGeneration": -1})"));
}

TEST(WriteStatus, NamesARunOfTheHistoryOnce) {
  Status status = full_status();
  status.history = {*status.last_run, *status.last_run};
  EXPECT_EQ(write_status(status)["history"].size(), 1U);
}

TEST(WriteStatus, NeverPassesItsBoundAndDropsTheOldest) {
  Status status = full_status();
  const std::string id(200, 'r');
  status.applied_revisions.assign(500, id);
  status.current_revisions.assign(500, id);
  status.applied_images.assign(50, {std::string(500, 'i'), std::vector<std::string>(9, id)});
  status.applied_images.front().image = "newest";
  status.plan->sql.assign(500, std::string(9'000, 's'));
  status.plan->findings.assign(500, std::string(9'000, 'f'));
  status.plan->steps.assign(500, {id, "up", true});
  FailedStep long_failure{id, std::string(9'000, 'p'), 1, "42P01", std::string(99'000, '"')};
  status.last_run->failed = long_failure;
  status.history.clear();
  for (int sequence = 100; sequence > 0; --sequence) {
    status.history.push_back(*status.last_run);
    status.history.back().sequence = sequence;
  }
  const Json written = write_status(status);
  EXPECT_LE(written.dump().size(), kLargestStatus);
  EXPECT_EQ(written["history"][0]["sequence"], 100);
  EXPECT_EQ(written["appliedImages"][0]["image"], "newest");
  Json object = smallest();
  object["status"] = written;
  EXPECT_EQ(write_status(read(object).status).dump(), written.dump());
  // What one entry of a list takes away is all that is missing to the bound, or nearly.
  EXPECT_GT(written.dump().size(), kLargestStatus - 6'000);
}

TEST(WriteStatus, DropsAListWholeRatherThanPassItsBound) {
  Status status;
  status.applied_images.assign(1, {"r/i:1", std::vector<std::string>(kMostHeads, std::string(1'000, '"'))});
  status.applied_images.assign(20, status.applied_images.front());
  const Json written = write_status(status);
  EXPECT_LE(written.dump().size(), kLargestStatus);
  EXPECT_EQ(written["appliedImages"].size(), 2U);
}

TEST(WriteStatus, LeavesOutAnImageWithMoreHeadsThanItCanList) {
  Status status;
  status.applied_images = {{"r/i:1", std::vector<std::string>(kMostHeads + 1, "a")}, {"r/i:0", {"a"}}};
  const Json written = write_status(status);
  ASSERT_EQ(written["appliedImages"].size(), 1U);
  EXPECT_EQ(written["appliedImages"][0]["image"], "r/i:0");
}

TEST(Times, AreReadAndWritten) {
  EXPECT_EQ(write_time(Time(std::chrono::seconds(0))), "1970-01-01T00:00:00Z");
  EXPECT_EQ(read_time("2026-11-22T10:00:00Z"), Time(std::chrono::seconds(1'795'341'600)));
  EXPECT_EQ(read_time("2026-11-22T10:00:00.999999Z"), Time(std::chrono::seconds(1'795'341'600)));
  EXPECT_EQ(read_time("2026-11-22T12:30:00+02:30"), Time(std::chrono::seconds(1'795'341'600)));
  EXPECT_EQ(read_time("2026-11-22T09:00:00.5-01:00"), Time(std::chrono::seconds(1'795'341'600)));
  for (const char *text : {"", "2026-11-22", "2026-02-30T10:00:00Z", "2026-11-22T10:00:00", "2026-11-22T10:00:00Zx"})
    EXPECT_EQ(read_time(text), std::nullopt) << text;
}

TEST(FinishedRun, IsHappyByItsOutcome) {
  for (const char *outcome : {"Done", "NothingToDo", "Ahead", "Planned", "InSync", "Drifted"}) {
    FinishedRun run;
    run.outcome = outcome;
    EXPECT_TRUE(run.happy()) << outcome;
  }
  for (const char *outcome : {"", "Failed", "Reverted", "Restored"}) {
    FinishedRun run;
    run.outcome = outcome;
    EXPECT_FALSE(run.happy()) << outcome;
  }
}

} // namespace
} // namespace controller::api
