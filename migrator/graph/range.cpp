// revisions_in_range(); see range.h.
#include "migrator/graph/range.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "migrator/graph/order.h"
#include "migrator/graph/target.h"
#include "migrator/graph/wording.h"

namespace migrator::graph {

namespace {

constexpr PastTheEnd kStops = PastTheEnd::Stops;

// One end of a range; `other` is the end that a bare count is counted from.
struct End {
  std::optional<Target> target; // none: left out
  bool counted() const { return target && target->relative_to_current(); }
};

Result<End> parse_end(std::string_view text) {
  if (text.empty()) return End{};
  Result<Target> target = parse_target(text);
  if (!target) return fail(std::move(target.error()));
  return End{std::move(*target)};
}

std::vector<Index> as_list(const Place &place) {
  return place ? std::vector<Index>{*place} : std::vector<Index>{};
}

// An end that says itself where it is.
Result<std::vector<Index>> fixed(const RevisionMap &map, const std::vector<std::string> &current_heads, const Target &target) {
  if (target.symbol != "current") {
    if (!target.offset) return resolve_absolute(map, target);
    const Result<Place> place = resolve_from_symbol(map, target, nullptr, kStops);
    if (!place) return fail(place.error());
    return as_list(*place);
  }
  const Result<Standing> standing = standing_at(map, current_heads);
  if (!standing) return fail(standing.error());
  if (!target.offset || *target.offset == 0) return standing->heads;
  if (*target.offset > 0) {
    const Result<Place> place = resolve_up_from(map, target, *standing, kStops);
    if (!place) return fail(place.error());
    return as_list(*place);
  }
  const Result<DownFrom> place = resolve_down_from(map, target, *standing, kStops);
  if (!place) return fail(place.error());
  return as_list(place->target);
}

// `+N` above the other end, or `-N` below it.
Result<std::vector<Index>> counted_from(const RevisionMap &map, const Target &target, const std::vector<Index> &other) {
  const Result<Standing> standing = standing_at(map, map.ids(other));
  if (!standing) return fail(standing.error());
  if (*target.offset > 0) {
    const Result<Place> place = resolve_up_from(map, target, *standing, kStops);
    if (!place) return fail(place.error());
    return as_list(*place);
  }
  if (other.empty()) return std::vector<Index>{};
  const Result<DownFrom> place = resolve_down_from(map, target, *standing, kStops);
  if (!place) return fail(place.error());
  return as_list(place->target);
}

struct Ends {
  std::vector<Index> lower;
  std::vector<Index> upper;
};

Result<Ends> find_ends(const RevisionMap &map, const std::vector<std::string> &current_heads, const End &first, const End &last,
                       std::string_view range) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::InvalidTarget, fmt::format("{} {}", in_quotes(range), why), {std::string(range)});
  };
  if (first.counted() && last.counted()) return refuse("counts both ends from each other; name one of them");
  if (first.counted() && *first.target->offset > 0) return refuse("begins with +N, but a range begins below its end; use -N");
  if (last.counted() && *last.target->offset <= 0) return refuse("ends with -N, but a range ends above its beginning; use +N");

  Ends ends;
  if (!first.counted() && first.target) {
    Result<std::vector<Index>> found = fixed(map, current_heads, *first.target);
    if (!found) return fail(std::move(found.error()));
    ends.lower = std::move(*found);
  }
  if (!last.target) {
    ends.upper = map.real_head_positions();
  } else {
    Result<std::vector<Index>> found =
        last.counted() ? counted_from(map, *last.target, ends.lower) : fixed(map, current_heads, *last.target);
    if (!found) return fail(std::move(found.error()));
    ends.upper = std::move(*found);
  }
  if (first.counted()) {
    Result<std::vector<Index>> found = counted_from(map, *first.target, ends.upper);
    if (!found) return fail(std::move(found.error()));
    ends.lower = std::move(*found);
  }
  if (first.target && first.target->label) { // LABEL@…: only what ends on that branch
    const Result<Index> carrier = resolve_label(map, *first.target->label);
    if (!carrier) return fail(carrier.error());
    const RevisionSet branch = map.lineage(*carrier);
    const auto elsewhere = [&](Index index) { return !branch.contains(index); };
    ends.upper.erase(std::remove_if(ends.upper.begin(), ends.upper.end(), elsewhere), ends.upper.end());
  }
  return ends;
}

} // namespace

Result<std::vector<std::string>> revisions_in_range(const RevisionMap &map, const std::vector<std::string> &current_heads,
                                                    std::string_view range) {
  const std::size_t colon = range.find(':');
  if (colon == std::string_view::npos || range.find(':', colon + 1) != std::string_view::npos)
    return fail(
        ErrorCode::InvalidTarget,
        fmt::format("{} is not a range; write START:END, START: or :END, such as ae10:head or -3:current", in_quotes(range)),
        {std::string(range)});
  const Result<End> first = parse_end(range.substr(0, colon));
  if (!first) return fail(first.error());
  const Result<End> last = parse_end(range.substr(colon + 1));
  if (!last) return fail(last.error());
  const Result<Ends> ends = find_ends(map, current_heads, *first, *last, range);
  if (!ends) return fail(ends.error());

  const Adjacency &needs = map.links(Relation::Needs);
  RevisionSet inside = closure(needs, ends->upper);
  for (const Index index : ends->lower)
    if (!inside.contains(index))
      return fail(ErrorCode::InvalidTarget,
                  fmt::format("{} is not a range: {} is not below {}; swap the ends or name two revisions of one branch",
                              in_quotes(range), in_quotes(map.id(index)), listed(map.ids(ends->upper))),
                  {map.id(index)});
  if (!ends->lower.empty()) {
    inside = difference(inside, closure(needs, ends->lower));
    for (const Index index : ends->lower) inside.insert(index);
    inside = intersection(inside, closure(map.links(Relation::Children), ends->lower));
  }
  std::vector<std::string> result;
  for (const Index index : downward_order(map, inside)) result.push_back(map.id(index));
  return result;
}

} // namespace migrator::graph
