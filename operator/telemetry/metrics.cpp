// See metrics.h.
#include "operator/telemetry/metrics.h"

#include <utility>

#include <prometheus/text_serializer.h>

#include "operator/telemetry/process_metrics.h"

namespace controller::telemetry {

namespace {

prometheus::Histogram::BucketBoundaries kBuckets() {
  return {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
}

const char *label_of(ReconcileResult result) {
  switch (result) {
  case ReconcileResult::Success:
    return "success";
  case ReconcileResult::RequeueAfter:
    return "requeue_after";
  case ReconcileResult::Error:
    return "error";
  }
  return "error";
}

} // namespace

Metrics::Metrics(std::string version, Sources sources)
    : sources_(std::move(sources)), reconciles_(prometheus::BuildCounter()
                                                    .Name("migration_operator_reconcile_total")
                                                    .Help("Looks at a Migration or a gated pod, by result.")
                                                    .Register(registry_)),
      reconcile_errors_(prometheus::BuildCounter()
                            .Name("migration_operator_reconcile_errors_total")
                            .Help("Looks that ended with an error and are tried again.")
                            .Register(registry_)
                            .Add({})),
      reconcile_time_(prometheus::BuildHistogram()
                          .Name("migration_operator_reconcile_time_seconds")
                          .Help("How long a look took.")
                          .Register(registry_)
                          .Add({}, kBuckets())),
      api_requests_(prometheus::BuildCounter()
                        .Name("migration_operator_api_requests_total")
                        .Help("Requests to the API server, by method and HTTP code; code 0: no answer.")
                        .Register(registry_)),
      queue_depth_(prometheus::BuildGauge()
                       .Name("migration_operator_workqueue_depth")
                       .Help("Keys that wait for a worker.")
                       .Register(registry_)
                       .Add({})),
      leader_(prometheus::BuildGauge()
                  .Name("migration_operator_leader")
                  .Help("Whether this process leads (1) or waits (0).")
                  .Register(registry_)
                  .Add({})) {
  prometheus::BuildGauge()
      .Name("migration_operator_build_info")
      .Help("1, with the operator's version.")
      .Register(registry_)
      .Add({{"version", std::move(version)}})
      .Set(1);
  for (const ReconcileResult result : {ReconcileResult::Success, ReconcileResult::RequeueAfter, ReconcileResult::Error})
    reconciles_.Add({{"result", label_of(result)}});
}

void Metrics::reconciled(ReconcileResult result, std::chrono::duration<double> took) {
  reconciles_.Add({{"result", label_of(result)}}).Increment();
  if (result == ReconcileResult::Error) reconcile_errors_.Increment();
  reconcile_time_.Observe(took.count());
}

void Metrics::api_request(std::string_view method, int code) {
  api_requests_.Add({{"code", std::to_string(code)}, {"method", std::string(method)}}).Increment();
}

void Metrics::leading(bool leads) {
  leader_.Set(leads ? 1 : 0);
}

void Metrics::run_ended(const kube::ObjectName &migration, const std::string &result) {
  const std::lock_guard lock(mutex_);
  ++runs_[migration][result];
}

void Metrics::forget(const kube::ObjectName &migration) {
  const std::lock_guard lock(mutex_);
  runs_.erase(migration);
}

std::string Metrics::text() const {
  queue_depth_.Set(static_cast<double>(sources_.queue_depth()));
  MigrationFigures figures = sources_.migrations();
  {
    const std::lock_guard lock(mutex_);
    figures.runs = runs_;
  }
  std::vector<prometheus::MetricFamily> families = registry_.Collect();
  for (auto &family : process_metrics()) families.push_back(std::move(family));
  for (auto &family : migration_metrics(figures)) families.push_back(std::move(family));
  return prometheus::TextSerializer().Serialize(families);
}

} // namespace controller::telemetry
