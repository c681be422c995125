// Where a database stands to the revision files and to what a verb was asked for: the part that reports of runs and of plans share. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace migrator::report {

// Left out of a report: what is not known.
struct Bearings {
  bool database_read = false;                           // false: heads and applied revisions are empty because nobody could ask
  std::optional<std::vector<std::string>> target_heads; // what the targets mean; none of a relative target
  std::optional<std::vector<std::string>> file_heads;
  std::optional<std::int64_t> pending; // revisions that the targets want and that are not applied at the end
  std::vector<std::string> applied_newest_first;
};

// The newest applied revisions that a report holds.
inline constexpr std::size_t kMostApplied = 100;

// Adds "database_read", "target_heads", "file_heads", "pending" and "applied_revisions" (the newest 100, with "applied_revisions_cut").
void add_bearings(nlohmann::ordered_json &document, const Bearings &bearings);

} // namespace migrator::report
