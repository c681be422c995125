// See migration_metrics.h.
#include "operator/telemetry/migration_metrics.h"

#include <optional>
#include <utility>

namespace controller::telemetry {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

ClientMetric labelled(const std::string &name_space, const std::string &name) {
  ClientMetric metric;
  metric.label = {{"namespace", name_space}, {"name", name}};
  return metric;
}

bool is_true(const api::Status &status, const char *type) {
  for (const api::Condition &condition : status.conditions)
    if (condition.type == type) return condition.status == "True";
  return false;
}

bool is_false(const api::Status &status, const char *type) {
  for (const api::Condition &condition : status.conditions)
    if (condition.type == type) return condition.status == "False";
  return false;
}

bool knows(const api::Status &status, const char *type) {
  for (const api::Condition &condition : status.conditions)
    if (condition.type == type) return true;
  return false;
}

double seconds_of(api::Time time) {
  return static_cast<double>(time.time_since_epoch().count());
}

std::optional<double> last_success(const api::Status &status) {
  std::optional<double> newest;
  const auto look = [&](const api::FinishedRun &run) {
    if (run.kind != api::RunKind::Migrate || !run.happy()) return;
    const double end = seconds_of(run.start_time) + static_cast<double>(run.seconds);
    if (!newest || end > *newest) newest = end;
  };
  if (status.last_run) look(*status.last_run);
  for (const api::FinishedRun &run : status.history) look(run);
  return newest;
}

std::optional<double> progress_ratio(const api::Status &status) {
  if (!status.run || !status.run->progress || status.run->progress->of <= 0) return std::nullopt;
  const api::Progress &progress = *status.run->progress;
  return (progress.step - 1 + progress.percent.value_or(0) / 100.0) / progress.of;
}

// Each gauge: its name, its help, and its value of a Migration; nullopt: no series.
struct Gauge {
  const char *name;
  const char *help;
  std::optional<double> (*value)(const api::Migration &);
};

const Gauge kGauges[] = {
    {"migration_info", "1 for each Migration.", [](const api::Migration &) -> std::optional<double> { return 1; }},
    {"migration_ready", "Whether the Migration is Ready (1) or not (0).",
     [](const api::Migration &migration) -> std::optional<double> { return is_true(migration.status, "Ready") ? 1 : 0; }},
    {"migration_stalled", "Whether the Migration is Stalled: it waits for somebody to act (1), or not (0).",
     [](const api::Migration &migration) -> std::optional<double> { return is_true(migration.status, "Stalled") ? 1 : 0; }},
    {"migration_run_seconds", "How long the last run took.",
     [](const api::Migration &migration) -> std::optional<double> {
       if (!migration.status.last_run) return std::nullopt;
       return static_cast<double>(migration.status.last_run->seconds);
     }},
    {"migration_last_success_timestamp_seconds", "When the last run that ended well ended, in seconds since 1970.",
     [](const api::Migration &migration) { return last_success(migration.status); }},
    {"migration_pending_revisions", "Revisions that the target wants and the database does not have.",
     [](const api::Migration &migration) -> std::optional<double> {
       if (!migration.status.pending_revisions) return std::nullopt;
       return static_cast<double>(*migration.status.pending_revisions);
     }},
    {"migration_backup_bytes", "The size of the last backup.",
     [](const api::Migration &migration) -> std::optional<double> {
       if (!migration.status.last_backup) return std::nullopt;
       return static_cast<double>(migration.status.last_backup->bytes);
     }},
    {"migration_backup_timestamp_seconds", "When the last backup was taken, in seconds since 1970.",
     [](const api::Migration &migration) -> std::optional<double> {
       if (!migration.status.last_backup) return std::nullopt;
       return seconds_of(migration.status.last_backup->time);
     }},
    {"migration_awaiting_approval", "Whether a plan waits for somebody's approval (1) or not (0).",
     [](const api::Migration &migration) -> std::optional<double> { return is_false(migration.status, "Approved") ? 1 : 0; }},
    {"migration_backed_up", "Whether the backup that was wanted was taken (1) or could not be (0).",
     [](const api::Migration &migration) -> std::optional<double> {
       if (!knows(migration.status, "BackedUp")) return std::nullopt;
       return is_true(migration.status, "BackedUp") ? 1 : 0;
     }},
    {"migration_drifted", "Whether the last verification found the database changed by others (1) or not (0).",
     [](const api::Migration &migration) -> std::optional<double> {
       if (!knows(migration.status, "Drifted")) return std::nullopt;
       return is_true(migration.status, "Drifted") ? 1 : 0;
     }},
    {"migration_progress_ratio", "How far the run that is under way is, from 0 to 1.",
     [](const api::Migration &migration) { return progress_ratio(migration.status); }},
};

MetricFamily run_family(const MigrationFigures &figures) {
  MetricFamily family{"migration_runs_total", "Runs that ended, by result.", MetricType::Counter, {}};
  for (const api::Migration &migration : figures.migrations) {
    const auto counts = figures.runs.find({migration.name_space, migration.name});
    if (counts == figures.runs.end()) continue;
    for (const auto &[result, count] : counts->second) {
      ClientMetric metric = labelled(migration.name_space, migration.name);
      metric.label.push_back({"result", result});
      metric.counter.value = static_cast<double>(count);
      family.metric.push_back(std::move(metric));
    }
  }
  return family;
}

} // namespace

std::vector<MetricFamily> migration_metrics(const MigrationFigures &figures) {
  std::vector<MetricFamily> families;
  for (const Gauge &gauge : kGauges) {
    MetricFamily family{gauge.name, gauge.help, MetricType::Gauge, {}};
    for (const api::Migration &migration : figures.migrations) {
      const std::optional<double> value = gauge.value(migration);
      if (!value) continue;
      ClientMetric metric = labelled(migration.name_space, migration.name);
      metric.gauge.value = *value;
      family.metric.push_back(std::move(metric));
    }
    families.push_back(std::move(family));
  }
  if (figures.gating) {
    MetricFamily family{"migration_gated_pods", "Pods whose scheduling gate waits for the Migration.", MetricType::Gauge, {}};
    for (const api::Migration &migration : figures.migrations) {
      const auto count = figures.gated_pods.find({migration.name_space, migration.name});
      ClientMetric metric = labelled(migration.name_space, migration.name);
      metric.gauge.value = count == figures.gated_pods.end() ? 0 : count->second;
      family.metric.push_back(std::move(metric));
    }
    families.push_back(std::move(family));
  }
  families.push_back(run_family(figures));
  // Prometheus takes a family without series amiss.
  std::erase_if(families, [](const MetricFamily &family) { return family.metric.empty(); });
  return families;
}

} // namespace controller::telemetry
