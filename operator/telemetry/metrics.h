// All figures that /metrics shows: those of the operator itself, named as controller-runtime names them with the prefix migration_operator_, the process's,
// and each Migration's (migration_metrics.h). Thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "operator/telemetry/migration_metrics.h"

namespace controller::telemetry {

enum class ReconcileResult : std::uint8_t { Success, RequeueAfter, Error };

class Metrics {
public:
  // Asked at each scrape.
  struct Sources {
    std::function<std::size_t()> queue_depth;
    std::function<MigrationFigures()> migrations; // without runs
  };
  Metrics(std::string version, Sources sources);

  void reconciled(ReconcileResult result, std::chrono::duration<double> took);
  // An answered request; code 0: there was no answer.
  void api_request(std::string_view method, int code);
  void leading(bool leads);
  // `result`: succeeded, failed or retried.
  void run_ended(const kube::ObjectName &migration, const std::string &result);
  void forget(const kube::ObjectName &migration);

  // The exposition in Prometheus' text format, version 0.0.4.
  std::string text() const;

private:
  Sources sources_;
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter> &reconciles_;
  prometheus::Counter &reconcile_errors_;
  prometheus::Histogram &reconcile_time_;
  prometheus::Family<prometheus::Counter> &api_requests_;
  prometheus::Gauge &queue_depth_;
  prometheus::Gauge &leader_;
  mutable std::mutex mutex_;
  RunCounts runs_;
};

} // namespace controller::telemetry
