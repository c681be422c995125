// See retention.h.
#include "migrator/backup/retention.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace migrator::backup {

std::vector<std::string> expired(const std::vector<Manifest> &backups, const RetentionRule &rule,
                                 std::chrono::system_clock::time_point now, const std::vector<std::string> &in_use) {
  std::vector<const Manifest *> newest_first;
  newest_first.reserve(backups.size());
  for (const Manifest &backup : backups) newest_first.push_back(&backup);
  std::sort(newest_first.begin(), newest_first.end(), [](const Manifest *left, const Manifest *right) {
    return std::tie(left->created_at, left->id) > std::tie(right->created_at, right->id);
  });

  std::vector<std::string> gone;
  bool newest = true, proven_seen = false;
  int counted = 0;
  for (const Manifest *backup : newest_first) {
    const bool newest_proven = backup->proof != database::Proof::None && !proven_seen;
    proven_seen = proven_seen || newest_proven;
    const bool kept =
        std::exchange(newest, false) || newest_proven || std::find(in_use.begin(), in_use.end(), backup->id) != in_use.end();
    const bool too_many = backup->reason != Reason::Displaced && ++counted > std::max(rule.count, 1);
    const std::optional<std::chrono::sys_seconds> taken = time_of_id(backup->id);
    const bool too_old = rule.age && taken && now - *taken > *rule.age;
    if (!kept && (too_many || too_old)) gone.push_back(backup->id);
  }
  std::reverse(gone.begin(), gone.end());
  return gone;
}

} // namespace migrator::backup
