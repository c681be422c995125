// Each Migration's figures: which series there are, and what they say.
#include "operator/telemetry/migration_metrics.h"

#include <optional>

#include <gtest/gtest.h>

namespace {

using namespace controller;
using namespace controller::telemetry;
using std::chrono::seconds;

api::Migration migration(const std::string &name) {
  api::Migration one;
  one.name_space = "n";
  one.name = name;
  return one;
}

api::FinishedRun run(api::RunKind kind, const std::string &outcome, int start, int took) {
  api::FinishedRun one;
  one.kind = kind;
  one.outcome = outcome;
  one.start_time = api::Time(seconds(start));
  one.seconds = took;
  return one;
}

// The value of one series; nullopt: it is not there.
std::optional<double> value(const MigrationFigures &figures, const std::string &family, const std::string &name,
                            const std::string &result = {}) {
  for (const auto &one : migration_metrics(figures)) {
    if (one.name != family) continue;
    for (const auto &metric : one.metric) {
      EXPECT_EQ(metric.label[0].value, "n");
      if (metric.label[1].value != name || (!result.empty() && metric.label[2].value != result)) continue;
      return one.type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value;
    }
  }
  return std::nullopt;
}

TEST(MigrationMetrics, AFreshMigrationHasNoFiguresOfRuns) {
  const MigrationFigures figures{{migration("shop")}, {}, false, {}};
  EXPECT_EQ(value(figures, "migration_info", "shop"), 1);
  EXPECT_EQ(value(figures, "migration_ready", "shop"), 0);
  EXPECT_EQ(value(figures, "migration_stalled", "shop"), 0);
  for (const char *absent : {"migration_run_seconds", "migration_last_success_timestamp_seconds", "migration_pending_revisions",
                             "migration_backup_bytes", "migration_backup_timestamp_seconds", "migration_backed_up",
                             "migration_drifted", "migration_progress_ratio", "migration_gated_pods", "migration_runs_total"})
    EXPECT_EQ(value(figures, absent, "shop"), std::nullopt) << absent;
}

TEST(MigrationMetrics, SayWhatTheStatusSays) {
  api::Migration shop = migration("shop");
  shop.status.conditions = {{"Drifted", "False", "NoDrift", "", 1, {}}, {"Ready", "True", "UpToDate", "", 1, {}}};
  shop.status.pending_revisions = 3;
  shop.status.last_backup = api::LastBackup{"b", 4096, "", "Archive", api::Time(seconds(500))};
  shop.status.last_run = run(api::RunKind::Migrate, "Failed", 900, 7);
  shop.status.history = {run(api::RunKind::Migrate, "Failed", 900, 7), run(api::RunKind::Plan, "Planned", 800, 1),
                         run(api::RunKind::Migrate, "Done", 600, 20)};
  shop.status.run = api::Run{};
  shop.status.run->progress = api::Progress{2, 4, 50};
  const MigrationFigures figures{{shop}, {{{"n", "shop"}, {{"failed", 2}, {"succeeded", 5}}}}, true, {{{"n", "shop"}, 4}}};
  EXPECT_EQ(value(figures, "migration_ready", "shop"), 1);
  EXPECT_EQ(value(figures, "migration_drifted", "shop"), 0);
  EXPECT_EQ(value(figures, "migration_pending_revisions", "shop"), 3);
  EXPECT_EQ(value(figures, "migration_backup_bytes", "shop"), 4096);
  EXPECT_EQ(value(figures, "migration_backup_timestamp_seconds", "shop"), 500);
  EXPECT_EQ(value(figures, "migration_run_seconds", "shop"), 7);
  EXPECT_EQ(value(figures, "migration_last_success_timestamp_seconds", "shop"), 620);
  EXPECT_EQ(value(figures, "migration_progress_ratio", "shop"), 0.375);
  EXPECT_EQ(value(figures, "migration_gated_pods", "shop"), 4);
  EXPECT_EQ(value(figures, "migration_runs_total", "shop", "failed"), 2);
  EXPECT_EQ(value(figures, "migration_runs_total", "shop", "succeeded"), 5);
}

TEST(MigrationMetrics, TellWhatSomebodyMustApproveAndWhatHasNoBackup) {
  api::Migration waits = migration("waits"), approved = migration("approved");
  waits.status.conditions = {{"Approved", "False", "AwaitingApproval", "", 1, {}},
                             {"BackedUp", "False", "BackupNotTaken", "", 1, {}}};
  approved.status.conditions = {{"Approved", "True", "ApprovedByAnnotation", "", 1, {}},
                                {"BackedUp", "True", "BackupTaken", "", 1, {}}};
  const MigrationFigures figures{{waits, approved, migration("neither")}, {}, false, {}};
  EXPECT_EQ(value(figures, "migration_awaiting_approval", "waits"), 1);
  EXPECT_EQ(value(figures, "migration_awaiting_approval", "approved"), 0);
  EXPECT_EQ(value(figures, "migration_awaiting_approval", "neither"), 0);
  EXPECT_EQ(value(figures, "migration_backed_up", "waits"), 0);
  EXPECT_EQ(value(figures, "migration_backed_up", "approved"), 1);
  EXPECT_EQ(value(figures, "migration_backed_up", "neither"), std::nullopt);
}

TEST(MigrationMetrics, SeriesEndWithTheirObject) {
  const MigrationFigures figures{{migration("shop")}, {{{"n", "gone"}, {{"failed", 2}}}}, true, {{{"n", "gone"}, 4}}};
  EXPECT_EQ(value(figures, "migration_runs_total", "gone", "failed"), std::nullopt);
  EXPECT_EQ(value(figures, "migration_gated_pods", "gone"), std::nullopt);
  EXPECT_EQ(value(figures, "migration_gated_pods", "shop"), 0);
}

TEST(MigrationMetrics, LabelsAreNamespaceAndNameAlone) {
  api::Migration shop = migration("shop");
  shop.status.pending_revisions = 3;
  for (const auto &family : migration_metrics({{shop}, {}, true, {}}))
    for (const auto &metric : family.metric) {
      ASSERT_EQ(metric.label.size(), 2U) << family.name;
      EXPECT_EQ(metric.label[0].name, "namespace");
      EXPECT_EQ(metric.label[1].name, "name");
    }
}

} // namespace
