// See conditions.h.
#include "operator/api/conditions.h"

#include <algorithm>

#include "operator/api/bounded_text.h"

namespace controller::api {

void set_condition(Status &status, ConditionType type, const Finding &finding, std::int64_t generation, Time now) {
  const bool absent_when_false = type == ConditionType::Reconciling || type == ConditionType::Stalled;
  if (absent_when_false && !finding.status) return remove_condition(status, type);
  if (type == ConditionType::Reconciling) remove_condition(status, ConditionType::Stalled);
  if (type == ConditionType::Stalled) remove_condition(status, ConditionType::Reconciling);
  const std::string_view type_name = name(type);
  auto place = std::lower_bound(status.conditions.begin(), status.conditions.end(), type_name,
                                [](const Condition &condition, std::string_view wanted) { return condition.type < wanted; });
  if (place == status.conditions.end() || place->type != type_name) {
    place = status.conditions.insert(place, Condition{});
    place->type = type_name;
  }
  const std::string_view word = finding.status ? "True" : "False";
  if (place->status != word) place->last_transition_time = now;
  place->status = word;
  place->reason = name(finding.reason);
  place->message = bounded_text(finding.message, kLongestMessage);
  place->observed_generation = generation;
}

void remove_condition(Status &status, ConditionType type) {
  std::erase_if(status.conditions, [&](const Condition &condition) { return condition.type == name(type); });
}

const Condition *find_condition(const Status &status, ConditionType type) noexcept {
  for (const Condition &condition : status.conditions)
    if (condition.type == name(type)) return &condition;
  return nullptr;
}

bool is_true(const Status &status, ConditionType type) noexcept {
  const Condition *found = find_condition(status, type);
  return found != nullptr && found->status == "True";
}

} // namespace controller::api
