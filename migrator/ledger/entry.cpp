#include "migrator/ledger/entry.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace migrator::ledger {

std::string_view name(Motion motion) noexcept {
  switch (motion) {
  case Motion::Up:
    return "up";
  case Motion::Down:
    return "down";
  case Motion::Stamp:
    return "stamp";
  case Motion::Adopt:
    return "adopt";
  }
  return "";
}

std::string_view name(Outcome outcome) noexcept {
  switch (outcome) {
  case Outcome::Done:
    return "done";
  case Outcome::Partial:
    return "partial";
  case Outcome::Failed:
    return "failed";
  case Outcome::Abandoned:
    return "abandoned";
  case Outcome::Restored:
    return "restored";
  }
  return "";
}

std::string heads_text(const std::vector<std::string> &heads) {
  return heads.empty() ? "base" : fmt::format("{}", fmt::join(heads, ", "));
}

std::string to_json(const Progress &progress) {
  nlohmann::json out = nlohmann::json::object();
  if (!progress.batch_name.empty()) {
    nlohmann::json &batch = out["batch"];
    batch["name"] = progress.batch_name;
    batch["rows"] = progress.rows;
    if (progress.last_key) batch["last_key"] = *progress.last_key;
    if (progress.upper_key) batch["upper_key"] = *progress.upper_key;
  }
  if (!progress.begun_checksum.empty()) {
    out["begun"]["checksum"] = progress.begun_checksum;
    out["begun"]["keyword"] = progress.begun_keyword;
  }
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Progress progress_from_json(std::string_view json) {
  Progress out;
  const nlohmann::json parsed = nlohmann::json::parse(json, nullptr, false);
  if (!parsed.is_object()) return out;
  const auto text = [](const nlohmann::json &object, const char *key) -> std::optional<std::string> {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
  };
  if (const auto batch = parsed.find("batch"); batch != parsed.end() && batch->is_object()) {
    out.batch_name = text(*batch, "name").value_or("");
    out.last_key = text(*batch, "last_key");
    out.upper_key = text(*batch, "upper_key");
    if (const auto rows = batch->find("rows"); rows != batch->end() && rows->is_number_integer())
      out.rows = rows->get<std::int64_t>();
  }
  if (const auto begun = parsed.find("begun"); begun != parsed.end() && begun->is_object()) {
    out.begun_checksum = text(*begun, "checksum").value_or("");
    out.begun_keyword = text(*begun, "keyword").value_or("");
  }
  return out;
}

} // namespace migrator::ledger
