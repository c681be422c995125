// offline_walk(): a walk between two named places, for SQL that is written to a file; see walk.h.
#include <fmt/format.h>

#include "migrator/graph/target.h"
#include "migrator/graph/walk.h"
#include "migrator/graph/wording.h"

namespace migrator::graph {

Result<Walk> offline_walk(const RevisionMap &map, Direction direction, std::string_view range) {
  const auto malformed = [&](std::string_view why) {
    return fail(ErrorCode::InvalidTarget, fmt::format("{} {}", in_quotes(range), why), {std::string(range)});
  };
  const bool up = direction == Direction::Up;
  const std::size_t colon = range.find(':');
  if (colon == std::string_view::npos) {
    if (!up) return malformed("does not say where to start, and no database is asked; write START:END, such as ae10:base");
    return upgrade(map, {}, range);
  }
  const std::string_view start = range.substr(0, colon);
  const std::string_view end = range.substr(colon + 1);
  if (start.empty() || end.empty() || end.find(':') != std::string_view::npos)
    return malformed("is not START:END; write both ends, such as base:head");
  const Result<std::vector<std::string>> heads = resolve_target(map, start);
  if (!heads) return fail(heads.error());
  return up ? upgrade(map, *heads, end) : downgrade(map, *heads, end);
}

} // namespace migrator::graph
