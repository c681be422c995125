#include "operator/job/job.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace controller::job {
namespace {

using api::Json;

Json read_json(const std::string &path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.is_open()) << path;
  std::stringstream text;
  text << file.rdbuf();
  return Json::parse(text.str());
}

reconcile::Settings settings() {
  reconcile::Settings all;
  all.stock_image = "registry.example/migrator:0.1.0";
  return all;
}

// tests/testdata/operator/job: NAME.migration.json ({"migration", "run", "sqliteNode"}) and the Job that is made of it, NAME.job.json.
// The same Jobs are given to a real API server by tests/cluster/job_test.py.
class Golden : public testing::TestWithParam<const char *> {};

api::Run run_of(const Json &text) {
  api::Migration with_run;
  Json object = {{"metadata", Json::object()}, {"status", {{"run", text}}}};
  return *api::read_without_spec(object).status.run;
}

TEST_P(Golden, MakesTheJob) {
  const std::string base = std::string(MIGRATOR_TESTDATA) + "/operator/job/" + GetParam();
  const Json given = read_json(base + ".migration.json");
  const auto migration = api::read_migration(given["migration"]);
  ASSERT_TRUE(migration.has_value()) << migration.error().field << ": " << migration.error().message;
  const auto job = make_job(*migration, run_of(given["run"]), settings(), given.value("sqliteNode", ""));
  ASSERT_TRUE(job.has_value()) << job.error().field << ": " << job.error().message;
  if (std::getenv("MIGRATOR_WRITE_GOLDEN") != nullptr) std::ofstream(base + ".job.json") << job->dump(2) << "\n";
  EXPECT_EQ(job->dump(2), read_json(base + ".job.json").dump(2));
}

INSTANTIATE_TEST_SUITE_P(Jobs, Golden, testing::Values("smallest", "connection", "sqlite", "plan", "template"),
                         [](const auto &golden) { return std::string(golden.param); });

api::Run run(std::int64_t sequence, api::RunKind kind, int attempt) {
  api::Run one;
  one.sequence = sequence;
  one.kind = kind;
  one.attempt = attempt;
  one.target = "head";
  return one;
}

TEST(JobName, IsMadeOfNameUidSequenceKindAndAttempt) {
  EXPECT_EQ(job_name("shop", "u-1", run(7, api::RunKind::Migrate, 2)), "shop-a24a7f-7-migrate-2");
  EXPECT_EQ(job_name("shop.eu", "u-1", run(7, api::RunKind::Plan, 1)), "shop-eu-a24a7f-7-plan-1");
  EXPECT_NE(job_name("shop", "u-2", run(7, api::RunKind::Migrate, 2)), "shop-a24a7f-7-migrate-2");
}

TEST(JobName, IsALabelHoweverLongItsParts) {
  const std::string name =
      job_name(std::string(40, 'a') + "-" + std::string(11, 'b'), "u-1", run(1'234'567'890'123, api::RunKind::Migrate, 12));
  EXPECT_LE(name.size(), 63U);
  EXPECT_TRUE(name.ends_with("-1234567890123-migrate-12")) << name;
  const std::string cut =
      job_name(std::string(27, 'a') + "-" + std::string(24, 'b'), "u-1", run(1'234'567'890'123, api::RunKind::Migrate, 12));
  EXPECT_EQ(cut.find("--"), std::string::npos) << cut;
}

TEST(RunId, IsTheSameOverAllAttempts) {
  EXPECT_EQ(run_id("u-1", run(7, api::RunKind::Verify, 1)), "u-1.7.verify");
  EXPECT_EQ(run_id("u-1", run(7, api::RunKind::Verify, 9)), "u-1.7.verify");
}

TEST(InputHash, ChangesWithWhatMakesAnotherRunAndOnlyWithThat) {
  api::Spec spec;
  spec.database.url_from = api::KeyRef{"shop-db", "uri"};
  const std::string before = input_hash(spec);
  EXPECT_EQ(before.size(), 16U);
  const auto changed = [&](auto change) {
    api::Spec other = spec;
    change(other);
    return input_hash(other) != before;
  };
  EXPECT_TRUE(changed([](api::Spec &other) { other.target = "abc"; }));
  EXPECT_TRUE(changed([](api::Spec &other) { other.exact = true; }));
  EXPECT_TRUE(changed([](api::Spec &other) { other.runner.image = "r/i:2"; }));
  EXPECT_TRUE(changed([](api::Spec &other) { other.source.type = api::SourceType::ConfigMap; }));
  EXPECT_TRUE(changed([](api::Spec &other) { other.source.name = "m"; }));
  EXPECT_TRUE(changed([](api::Spec &other) { other.source.path = "p"; }));
  EXPECT_TRUE(changed([](api::Spec &other) { other.database.url_from->key = "other"; }));
  EXPECT_TRUE(changed([](api::Spec &other) { other.database.connection = api::Connection{}; }));
  EXPECT_TRUE(changed([](api::Spec &other) { other.database.schema = "s"; }));
  EXPECT_TRUE(changed([](api::Spec &other) { other.database.version_table = "v"; }));
  EXPECT_TRUE(changed([](api::Spec &other) { other.database.sqlite_path = "p"; }));
  EXPECT_FALSE(changed([](api::Spec &other) { other.timeout = std::chrono::hours(1); }));
  EXPECT_FALSE(changed([](api::Spec &other) { other.suspend = true; }));
  EXPECT_FALSE(changed([](api::Spec &other) { other.runner.image_pull_policy = "Always"; }));
  EXPECT_FALSE(changed([](api::Spec &other) { other.approval = api::Approval::Manual; }));
}

api::Migration smallest() {
  api::Migration migration;
  migration.name_space = "shop";
  migration.name = "shop";
  migration.uid = "u-1";
  migration.spec.database.url_from = api::KeyRef{"shop-db", "uri"};
  migration.spec.backup.claim = "shop-backups";
  return migration;
}

std::vector<std::string> arguments_of(const api::Migration &migration, const api::Run &one) {
  return (*make_job(migration, one, settings(), ""))["spec"]["template"]["spec"]["containers"][0]["args"]
      .get<std::vector<std::string>>();
}

bool has(const std::vector<std::string> &words, const std::string &word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

TEST(Arguments, OnlyAMigrateRunFencesRevertsAndIsApproved) {
  api::Migration migration = smallest();
  migration.spec.fence = true;
  migration.spec.on_failure = api::OnFailure::Restore;
  migration.spec.plan_includes_sql = true;
  api::Run one = run(1, api::RunKind::Migrate, 1);
  one.approved_hash = "v1:abc";
  one.exact = one.allow_down = true;
  const auto migrate = arguments_of(migration, one);
  for (const char *flag : {"--fence", "--on-failure", "restore", "--approved", "v1:abc", "--exact", "--allow-down"})
    EXPECT_TRUE(has(migrate, flag)) << flag;
  EXPECT_FALSE(has(migrate, "--dry-run"));
  one.kind = api::RunKind::Plan;
  const auto plan = arguments_of(migration, one);
  for (const char *flag : {"--dry-run", "--report-sql", "--exact", "--allow-down"}) EXPECT_TRUE(has(plan, flag)) << flag;
  for (const char *flag : {"--fence", "--on-failure", "--approved"}) EXPECT_FALSE(has(plan, flag)) << flag;
  one.kind = api::RunKind::Verify;
  EXPECT_TRUE(has(arguments_of(migration, one), "--dry-run"));
  EXPECT_FALSE(has(arguments_of(migration, one), "--report-sql"));
}

// Kubernetes would put the variable's value, a secret, into what `ps` shows.
TEST(Arguments, NameNoVariableOfTheContainer) {
  api::Run one = run(1, api::RunKind::Migrate, 1);
  one.target = "$(DATABASE_URL)@head";
  EXPECT_EQ(arguments_of(smallest(), one)[2], "$$(DATABASE_URL)@head");
}

TEST(SqliteNode, IsWantedByEveryAlternativeOfTheTemplatesAffinity) {
  api::Migration migration = smallest();
  migration.spec.pod_template =
      Json::parse(R"({"spec": {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
      {"nodeSelectorTerms": [{"matchExpressions": [{"key": "disk", "operator": "Exists"}]}, {"matchExpressions": [{"key": "big", "operator": "Exists"}]}]}}}}})");
  const auto job = make_job(migration, run(1, api::RunKind::Migrate, 1), settings(), "node-3");
  const Json terms = (*job)["spec"]["template"]["spec"]["affinity"]["nodeAffinity"]
                           ["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"];
  ASSERT_EQ(terms.size(), 2U);
  for (const Json &term : terms) {
    EXPECT_EQ(term["matchExpressions"].size(), 1U);
    EXPECT_EQ(term["matchFields"], Json::parse(R"([{"key": "metadata.name", "operator": "In", "values": ["node-3"]}])"));
  }
}

} // namespace
} // namespace controller::job
