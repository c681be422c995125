// See progress_lines.h.
#include "operator/reconcile/progress_lines.h"

#include <string>

#include <nlohmann/json.hpp>

namespace controller::reconcile {

namespace {

constexpr std::int64_t kMostSteps = 100'000;

std::optional<int> number(const nlohmann::json &line, const char *key, std::int64_t least, std::int64_t most) {
  const auto value = line.find(key);
  if (value == line.end() || !value->is_number_integer()) return std::nullopt;
  const auto found = value->get<std::int64_t>();
  if (found < least || found > most) return std::nullopt;
  return static_cast<int>(found);
}

std::optional<api::Progress> read_line(std::string_view line) {
  if (line.empty() || line.front() != '{') return std::nullopt;
  const nlohmann::json event = nlohmann::json::parse(line, nullptr, false);
  if (!event.is_object()) return std::nullopt;
  const auto name = event.find("event");
  if (name == event.end() || !name->is_string()) return std::nullopt;
  const auto &what = name->get_ref<const std::string &>();
  if (what != "step_started" && what != "step_progress" && what != "step_finished") return std::nullopt;
  const std::optional<int> of = number(event, "of", 1, kMostSteps);
  const std::optional<int> step = number(event, "step", 1, of.value_or(0));
  if (!of || !step) return std::nullopt;
  api::Progress progress{*step, *of, std::nullopt};
  if (what == "step_progress") progress.percent = number(event, "percent", 0, 100);
  if (what == "step_finished") progress.percent = 100;
  return progress;
}

} // namespace

std::optional<api::Progress> read_progress(std::string_view log) {
  while (!log.empty()) {
    const std::size_t end = log.find_last_of('\n');
    const std::string_view line = end == std::string_view::npos ? log : log.substr(end + 1);
    if (const auto progress = read_line(line)) return progress;
    if (end == std::string_view::npos) break;
    log = log.substr(0, end);
  }
  return std::nullopt;
}

} // namespace controller::reconcile
