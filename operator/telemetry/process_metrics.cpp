// See process_metrics.h.
#include "operator/telemetry/process_metrics.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

#include <sys/resource.h>
#include <unistd.h>

namespace controller::telemetry {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

void add(std::vector<MetricFamily> &families, const char *name, const char *help, MetricType type, double value) {
  prometheus::ClientMetric metric;
  (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  families.push_back({name, help, type, {metric}});
}

// The fields of /proc/self/stat after the name, which may hold blanks itself: proc(5)'s field 3 is the first.
std::vector<std::string> stat_fields() {
  std::ifstream file("/proc/self/stat");
  const std::string line((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::size_t name_end = line.rfind(')');
  std::vector<std::string> fields;
  if (name_end == std::string::npos) return fields;
  std::istringstream rest(line.substr(name_end + 1));
  for (std::string field; rest >> field;) fields.push_back(field);
  return fields;
}

double boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("btime ")) return std::stod(line.substr(6));
  return 0;
}

} // namespace

std::vector<MetricFamily> process_metrics() {
  std::vector<MetricFamily> families;
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const std::vector<std::string> fields = stat_fields();
  const auto field = [&](std::size_t number) { return std::stod(fields.at(number - 3)); }; // as proc(5) counts
  if (fields.size() > 21) {
    add(families, "process_cpu_seconds_total", "CPU time, user and system.", MetricType::Counter,
        (field(14) + field(15)) / ticks);
    add(families, "process_threads", "Threads.", MetricType::Gauge, field(20));
    add(families, "process_start_time_seconds", "When the process started, in seconds since 1970.", MetricType::Gauge,
        boot_time() + field(22) / ticks);
    add(families, "process_virtual_memory_bytes", "Virtual memory.", MetricType::Gauge, field(23));
    add(families, "process_resident_memory_bytes", "Resident memory.", MetricType::Gauge,
        field(24) * static_cast<double>(sysconf(_SC_PAGESIZE)));
  }
  std::error_code error;
  const auto descriptors = std::filesystem::directory_iterator("/proc/self/fd", error);
  if (!error) {
    add(families, "process_open_fds", "Open file descriptors.", MetricType::Gauge,
        static_cast<double>(std::distance(begin(descriptors), end(descriptors))));
  }
  if (rlimit limit{}; getrlimit(RLIMIT_NOFILE, &limit) == 0)
    add(families, "process_max_fds", "The most file descriptors that may be open.", MetricType::Gauge,
        static_cast<double>(limit.rlim_cur));
  return families;
}

} // namespace controller::telemetry
