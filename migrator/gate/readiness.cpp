// See readiness.h.
#include "migrator/gate/readiness.h"

#include <cstdint>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace migrator::gate {

namespace {

using nlohmann::json;

const json &member(const json &object, const char *key) {
  static const json kNone;
  if (!object.is_object()) return kNone;
  const auto found = object.find(key);
  return found == object.end() ? kNone : *found;
}

std::string text(const json &object, const char *key) {
  const json &value = member(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::optional<std::int64_t> number(const json &object, const char *key) {
  const json &value = member(object, key);
  return value.is_number_integer() ? std::optional(value.get<std::int64_t>()) : std::nullopt;
}

// The condition of this type, null if there is none.
const json &condition(const json &status, std::string_view type) {
  static const json kNone;
  for (const json &one : member(status, "conditions"))
    if (text(one, "type") == type) return one;
  return kNone;
}

// "RunInProgress: step 2 of 3", or what there is of it.
std::string told(const json &condition) {
  const std::string reason = text(condition, "reason");
  const std::string message = text(condition, "message");
  return reason + (reason.empty() || message.empty() ? "" : ": ") + message;
}

Verdict not_yet(std::string reason) {
  return Verdict{false, std::move(reason)};
}

} // namespace

Verdict readiness(const json &migration) {
  const json &metadata = member(migration, "metadata");
  const json &status = member(migration, "status");
  if (!member(metadata, "deletionTimestamp").is_null()) return not_yet("the Migration is being deleted");
  const std::optional<std::int64_t> generation = number(metadata, "generation");
  const std::optional<std::int64_t> observed = number(status, "observedGeneration");
  if (!generation || !observed || *observed < 0) return not_yet("the operator has not looked at the Migration yet");
  if (*observed != *generation)
    return not_yet(fmt::format("the operator has not looked at the Migration's generation {} yet", *generation));
  if (const json &going_on = condition(status, "Reconciling"); text(going_on, "status") == "True")
    return not_yet("the Migration goes on: " + told(going_on));
  if (const json &stalled = condition(status, "Stalled"); text(stalled, "status") == "True")
    return not_yet("the Migration is stalled until somebody mends it: " + told(stalled));
  const json &ready = condition(status, "Ready");
  if (text(ready, "status") == "True") return Verdict{true, {}};
  return not_yet(ready.is_null() ? "the operator has not said yet whether the Migration is ready"
                                 : "the Migration is not ready: " + told(ready));
}

} // namespace migrator::gate
