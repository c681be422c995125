// The whole page: the operator's own figures by their exact names, and that Prometheus' own tool finds nothing amiss where it is installed.
#include "operator/telemetry/metrics.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

namespace {

using namespace controller;
using namespace controller::telemetry;

MigrationFigures full_figures() {
  api::Migration shop;
  shop.name_space = "n";
  shop.name = "shop";
  shop.status.conditions = {{"Drifted", "True", "DriftFound", "", 1, {}}};
  shop.status.pending_revisions = 3;
  shop.status.last_backup = api::LastBackup{"b", 4096, "", "Archive", api::Time(std::chrono::seconds(500))};
  shop.status.last_run = api::FinishedRun{};
  shop.status.last_run->outcome = "Done";
  shop.status.run = api::Run{};
  shop.status.run->progress = api::Progress{1, 4, {}};
  return {{shop}, {}, true, {}};
}

struct MetricsTest : testing::Test {
  Metrics metrics{"1.2.3", {[] { return std::size_t{7}; }, full_figures}};
  bool has(const std::string &line) const { return ("\n" + metrics.text()).find("\n" + line + "\n") != std::string::npos; }
};

TEST_F(MetricsTest, CountLooksRequestsAndRuns) {
  metrics.reconciled(ReconcileResult::Success, std::chrono::milliseconds(20));
  metrics.reconciled(ReconcileResult::Error, std::chrono::seconds(2));
  metrics.api_request("get", 200);
  metrics.api_request("get", 200);
  metrics.api_request("patch", 0);
  metrics.leading(true);
  metrics.run_ended({"n", "shop"}, "failed");
  metrics.run_ended({"n", "gone"}, "failed");
  for (const char *line :
       {"migration_operator_reconcile_total{result=\"success\"} 1", "migration_operator_reconcile_total{result=\"error\"} 1",
        "migration_operator_reconcile_total{result=\"requeue_after\"} 0", "migration_operator_reconcile_errors_total 1",
        "migration_operator_reconcile_time_seconds_count 2", "migration_operator_reconcile_time_seconds_bucket{le=\"0.025\"} 1",
        "migration_operator_api_requests_total{code=\"200\",method=\"get\"} 2",
        "migration_operator_api_requests_total{code=\"0\",method=\"patch\"} 1", "migration_operator_workqueue_depth 7",
        "migration_operator_leader 1", "migration_operator_build_info{version=\"1.2.3\"} 1",
        "migration_runs_total{namespace=\"n\",name=\"shop\",result=\"failed\"} 1",
        "migration_drifted{namespace=\"n\",name=\"shop\"} 1"})
    EXPECT_TRUE(has(line)) << line << "\nis not in\n" << metrics.text();
  EXPECT_EQ(metrics.text().find("gone"), std::string::npos);
}

TEST_F(MetricsTest, RunsAreForgottenWithTheirMigration) {
  metrics.run_ended({"n", "shop"}, "failed");
  metrics.forget({"n", "shop"}); // deleted, and made anew under the same name
  EXPECT_EQ(metrics.text().find("migration_runs_total"), std::string::npos);
}

TEST_F(MetricsTest, TellTheProcess) {
  const std::string text = metrics.text();
  for (const char *name : {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_virtual_memory_bytes",
                           "process_start_time_seconds", "process_open_fds", "process_max_fds"})
    EXPECT_NE(text.find("\n" + std::string(name) + " "), std::string::npos) << name;
}

TEST_F(MetricsTest, PromtoolFindsNothingAmiss) {
  if (std::system("promtool --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "promtool (Debian's prometheus) is not installed";
  metrics.run_ended({"n", "shop"}, "failed");
  metrics.api_request("get", 200);
  const std::string path = testing::TempDir() + "operator_metrics.txt";
  std::ofstream(path) << metrics.text();
  std::FILE *tool = popen(("promtool check metrics < " + path + " 2>&1").c_str(), "r");
  ASSERT_NE(tool, nullptr);
  std::string said;
  for (int c = std::fgetc(tool); c != EOF; c = std::fgetc(tool)) said.push_back(static_cast<char>(c));
  EXPECT_EQ(pclose(tool), 0) << said;
  EXPECT_EQ(said, "");
  std::remove(path.c_str());
}

} // namespace
