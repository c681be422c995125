// The process's own figures, by the names that every Prometheus client uses.
#pragma once

#include <vector>

#include <prometheus/metric_family.h>

namespace controller::telemetry {

// process_cpu_seconds_total, process_resident_memory_bytes, process_virtual_memory_bytes, process_start_time_seconds, process_open_fds,
// process_max_fds and process_threads, from /proc; what cannot be read is left out.
std::vector<prometheus::MetricFamily> process_metrics();

} // namespace controller::telemetry
