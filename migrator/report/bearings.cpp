// See bearings.h.
#include "migrator/report/bearings.h"

namespace migrator::report {

void add_bearings(nlohmann::ordered_json &document, const Bearings &bearings) {
  document["database_read"] = bearings.database_read;
  if (bearings.target_heads) document["target_heads"] = *bearings.target_heads;
  if (bearings.file_heads) document["file_heads"] = *bearings.file_heads;
  if (bearings.pending) document["pending"] = *bearings.pending;
  std::vector<std::string> applied = bearings.applied_newest_first;
  if (applied.size() > kMostApplied) {
    document["applied_revisions_cut"] = applied.size() - kMostApplied;
    applied.resize(kMostApplied);
  }
  document["applied_revisions"] = std::move(applied);
}

} // namespace migrator::report
