// See asked.h.
#include "operator/reconcile/asked.h"

#include <algorithm>
#include <string_view>

#include "operator/api/bounded_text.h"
#include "operator/api/limits.h"

namespace controller::reconcile {

namespace {

std::string_view trimmed(std::string_view part) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = part.find_first_not_of(kBlanks);
  return begin == std::string_view::npos ? std::string_view() : part.substr(begin, part.find_last_not_of(kBlanks) - begin + 1);
}

// head, heads, LABEL@head or LABEL@heads.
bool is_head_like(const std::string &part) {
  const std::string heads = part.substr(part.find('@') + 1);
  return heads == "head" || heads == "heads";
}

} // namespace

std::vector<std::string> target_parts(const std::string &target) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= target.size();) {
    const std::size_t end = std::min(target.find(',', begin), target.size());
    if (const std::string_view part = trimmed(std::string_view(target).substr(begin, end - begin)); !part.empty())
      parts.emplace_back(part);
    begin = end + 1;
  }
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  return parts;
}

bool empties_the_database(const std::string &target) {
  const std::vector<std::string> parts = target_parts(target);
  return std::find(parts.begin(), parts.end(), "base") != parts.end();
}

bool target_has_changed(const api::Migration &migration) {
  const std::optional<api::LastSuccess> &last = migration.status.last_success;
  return last && (last->exact != migration.spec.exact || target_parts(last->target) != target_parts(migration.spec.target));
}

bool may_go_down(const api::Migration &migration) {
  const std::vector<std::string> parts = target_parts(migration.spec.target);
  return migration.spec.downgrade != api::Downgrade::Deny && target_has_changed(migration) &&
         !std::all_of(parts.begin(), parts.end(), is_head_like);
}

bool plan_comes_first(const Observed &observed) {
  const api::Spec &spec = observed.migration.spec;
  return spec.approval != api::Approval::Automatic || empties_the_database(spec.target) ||
         (may_go_down(observed.migration) && (spec.downgrade == api::Downgrade::Approve || observed.settings.gating));
}

std::string annotation(const api::Migration &migration, std::string_view name) {
  const auto found = migration.annotations.find(std::string(name));
  return found == migration.annotations.end() ? std::string() : api::bounded_text(found->second, api::kLongestName);
}

api::Requests requests_of(const api::Migration &migration) {
  return {annotation(migration, api::kRequestedAt), annotation(migration, api::kFluxRequestedAt),
          annotation(migration, api::kAdopt), annotation(migration, api::kForce)};
}

bool newly_requested(const api::Migration &migration) {
  const api::Requests asked = requests_of(migration);
  return (!asked.requested_at.empty() && asked.requested_at != migration.status.last_handled_requested_at) ||
         (!asked.reconcile_at.empty() && asked.reconcile_at != migration.status.last_handled_reconcile_at);
}

} // namespace controller::reconcile
