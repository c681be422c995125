// The figures of each Migration, from its status at the moment of a scrape: so a series ends with its object. Labels are namespace and name only. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <prometheus/metric_family.h>

#include "operator/api/migration.h"
#include "operator/kube/client.h"

namespace controller::telemetry {

// Runs that this process saw end, by result.
using RunCounts = std::map<kube::ObjectName, std::map<std::string, std::uint64_t>>;

// `gated_pods`: live pods whose gate waits for the Migration; migration_gated_pods is left out without gating.
struct MigrationFigures {
  std::vector<api::Migration> migrations;
  RunCounts runs;
  bool gating = false;
  std::map<kube::ObjectName, int> gated_pods;
};

std::vector<prometheus::MetricFamily> migration_metrics(const MigrationFigures &figures);

} // namespace controller::telemetry
