#include "migrator/plan/plan.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "migrator/script/sha256.h"

namespace migrator::plan {

namespace {

nlohmann::json options_of(const script::Section &section) {
  nlohmann::json out = {{"transaction", section.transaction}, {"foreign_keys", section.foreign_keys}};
  if (section.lock_timeout) out["lock_timeout_ms"] = section.lock_timeout->count();
  if (section.statement_timeout) out["statement_timeout_ms"] = section.statement_timeout->count();
  if (section.data) out["batch"] = section.data->batch;
  return out;
}

nlohmann::json options_of(const Step &step) {
  nlohmann::json out = nlohmann::json::array();
  const script::Section *previous = nullptr;
  for (const StepItem &item : step.items) {
    if (item.section == nullptr || item.section == previous) continue;
    out.push_back(options_of(*item.section));
    previous = item.section;
  }
  return out;
}

} // namespace

bool Step::transactional() const noexcept {
  return units.size() == 1 && units.front().kind == UnitKind::Transaction;
}

bool Plan::goes_down() const noexcept {
  return std::any_of(steps.begin(), steps.end(), [](const Step &step) { return step.direction == Direction::Down; });
}

bool Plan::revertible() const noexcept {
  return std::all_of(steps.begin(), steps.end(), [](const Step &step) {
    return step.direction == Direction::Up && !step.resumes && step.down_text && step.transactional();
  });
}

std::string plan_hash(const Plan &plan) {
  nlohmann::json steps = nlohmann::json::array();
  for (const Step &step : plan.steps)
    steps.push_back({{"revision", step.revision},
                     {"direction", name(step.direction)},
                     {"checksum", step.checksum},
                     {"options", options_of(step)}});
  const nlohmann::json document = {{"heads_before", plan.heads_before}, {"heads_after", plan.heads_after}, {"steps", steps}};
  return "v1:" + script::sha256_hex(document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

ApprovedPlan approved_plan(const Plan &plan) {
  ApprovedPlan out{plan.hash, {}};
  for (const Step &step : plan.steps)
    out.steps.push_back(ApprovedStep{step.revision, std::string(name(step.direction)), step.checksum});
  return out;
}

std::string to_json(const ApprovedPlan &plan) {
  nlohmann::json steps = nlohmann::json::array();
  for (const ApprovedStep &step : plan.steps)
    steps.push_back({{"revision", step.revision}, {"direction", step.direction}, {"checksum", step.checksum}});
  return nlohmann::json{{"hash", plan.hash}, {"steps", steps}}.dump();
}

std::optional<ApprovedPlan> approved_from_json(std::string_view json) {
  const nlohmann::json parsed = nlohmann::json::parse(json, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("hash") || !parsed["hash"].is_string() || !parsed.contains("steps") ||
      !parsed["steps"].is_array())
    return std::nullopt;
  ApprovedPlan out{parsed["hash"].get<std::string>(), {}};
  for (const nlohmann::json &step : parsed["steps"]) {
    const auto text = [&](const char *key) { return step.is_object() && step.contains(key) && step[key].is_string(); };
    if (!text("revision") || !text("direction") || !text("checksum")) return std::nullopt;
    out.steps.push_back(ApprovedStep{step["revision"].get<std::string>(), step["direction"].get<std::string>(),
                                     step["checksum"].get<std::string>()});
  }
  return out;
}

bool approved_by(const Plan &plan, std::string_view hash, const std::optional<ApprovedPlan> &kept) {
  if (plan.hash == hash || plan.steps.empty()) return true;
  if (!kept || kept->hash != hash) return false;
  const std::vector<ApprovedStep> wanted = approved_plan(plan).steps;
  return wanted.size() <= kept->steps.size() && std::equal(wanted.rbegin(), wanted.rend(), kept->steps.rbegin());
}

} // namespace migrator::plan
