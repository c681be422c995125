// What targets mean in a graph; see target.h. The rules are Alembic's; where it answers with an assertion or takes any row that
// comes first, this answers with an error.
#include "migrator/graph/target.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "migrator/graph/wording.h"

namespace migrator::graph {

namespace {

tl::unexpected<Error> several_heads(const RevisionMap &map, const Target &target, const std::vector<Index> &heads) {
  std::vector<std::string> names = map.ids(heads);
  std::string message = fmt::format("{} means several revisions: {}; name one by its id or with LABEL@head, take all with heads, "
                                    "or join them with `migrator merge heads`",
                                    in_quotes(target.text), listed(names));
  return fail(ErrorCode::MultipleHeads, std::move(message), std::move(names));
}

Result<std::vector<Index>> resolve_name(const RevisionMap &map, const std::optional<std::string> &label,
                                        const std::string &name) {
  if (!label) {
    Result<Index> found = map.resolve_position(name);
    if (!found) return fail(std::move(found.error()));
    return std::vector<Index>{*found};
  }
  const Result<Index> carrier = resolve_label(map, *label);
  if (!carrier) return fail(carrier.error());
  std::vector<Index> found = map.matches(name);
  if (found.empty()) return fail(map.resolve_position(name).error());
  const RevisionSet branch = map.lineage(*carrier);
  const std::vector<std::string> everywhere = map.ids(found);
  found.erase(std::remove_if(found.begin(), found.end(), [&](Index index) { return !branch.contains(index); }), found.end());
  if (found.size() == 1) return found;
  if (found.empty())
    return fail(ErrorCode::InvalidTarget,
                fmt::format("{} is not on the branch {}; name it without {}@, or name a revision of that branch",
                            listed(everywhere), in_quotes(*label), *label),
                everywhere);
  std::vector<std::string> candidates = map.ids(found);
  std::string message = fmt::format("{} is the beginning of several revisions on the branch {}: {}; give more characters",
                                    in_quotes(name), in_quotes(*label), listed(candidates));
  return fail(ErrorCode::AmbiguousRevision, std::move(message), std::move(candidates));
}

std::vector<Index> filtered(std::vector<Index> positions, const RevisionSet &within) {
  positions.erase(std::remove_if(positions.begin(), positions.end(), [&](Index index) { return !within.contains(index); }),
                  positions.end());
  return positions;
}

tl::unexpected<Error> needs_a_start(const Target &target, std::string_view direction, std::string_view instead) {
  return fail(ErrorCode::InvalidTarget,
              fmt::format("{} cannot be gone {} to: it lies on the other side of where the database is; use `migrator {}`, or "
                          "name a revision",
                          in_quotes(target.text), direction, instead),
              {target.text});
}

tl::unexpected<Error> several_starts(const RevisionMap &map, const Target &target, const std::vector<Index> &starts) {
  std::vector<std::string> names = map.ids(starts);
  std::string message =
      fmt::format("{} is ambiguous: the database is at {}; say which with LABEL@{}, or name a revision", in_quotes(target.text),
                  listed(names), target.label ? target.text.substr(target.label->size() + 1) : target.text);
  return fail(ErrorCode::AmbiguousWalk, std::move(message), std::move(names));
}

} // namespace

Result<Standing> standing_at(const RevisionMap &map, const std::vector<std::string> &rows) {
  Standing standing{rows, {}, RevisionSet(map.size())};
  std::sort(standing.rows.begin(), standing.rows.end());
  standing.rows.erase(std::unique(standing.rows.begin(), standing.rows.end()), standing.rows.end());
  for (const std::string &row : standing.rows) {
    const std::optional<Index> index = map.position(row);
    if (!index || !map.node(*index).known)
      return fail(
          ErrorCode::MissingRevision,
          fmt::format("the database is at revision {}, which neither the revision files nor the journal know; run with the "
                      "files that hold it, or, if you know where the schema stands, say so with `migrator stamp --purge`",
                      in_quotes(row)),
          {row});
    standing.heads.push_back(*index);
  }
  standing.applied = closure(map.links(Relation::Needs), standing.heads);
  return standing;
}

Result<Index> resolve_label(const RevisionMap &map, const std::string &label) {
  return map.resolve_position(label);
}

Result<std::vector<Index>> resolve_symbol(const RevisionMap &map, const std::optional<std::string> &label,
                                          const std::string &symbol) {
  if (symbol == "current")
    return fail(ErrorCode::InvalidTarget,
                "'current' only has a meaning in `migrator history -r`; use +N or -N to count from where the database is",
                {symbol});
  const bool all_heads = symbol == "heads";
  if (symbol != "base" && symbol != "head" && !all_heads) return resolve_name(map, label, symbol);
  if (!label) {
    if (symbol == "base") return std::vector<Index>{};
    return all_heads ? map.real_head_positions() : map.head_positions();
  }
  const Result<Index> carrier = resolve_label(map, *label);
  if (!carrier) return fail(carrier.error());
  if (symbol == "base") return std::vector<Index>{};
  std::vector<Index> heads = filtered(map.head_positions(), map.lineage(*carrier));
  if (heads.empty())
    return fail(ErrorCode::UnknownRevision,
                fmt::format("no revision file is a head on the branch {}; run with the files that hold it", in_quotes(*label)),
                {*label});
  return heads;
}

Result<Place> resolve_single(const RevisionMap &map, const Target &target, const std::optional<std::string> &label) {
  const Result<std::vector<Index>> found = resolve_symbol(map, label, *target.symbol);
  if (!found) return fail(found.error());
  if (found->size() > 1) return several_heads(map, target, *found);
  return found->empty() ? Place{} : Place{found->front()};
}

Result<Place> stroll(const RevisionMap &map, Place start, const Stroll &how) {
  const bool up = how.count > 0;
  const std::int64_t count = up ? how.count : -how.count;
  const auto may_go_up = [&](Index index) {
    if (how.within != nullptr && !how.within->contains(index)) return false;
    return map.node(index).in_files || (how.also != nullptr && how.also->contains(index));
  };
  Place at = start;
  for (std::int64_t taken = 0; taken < count; ++taken) {
    std::vector<Index> next;
    if (up && !at) {
      for (Index index = 0; index < map.size(); ++index)
        if (map.links(Relation::Parents)[index].empty() && may_go_up(index)) next.push_back(index);
    } else if (up) {
      for (const Index child : map.links(Relation::Children)[*at])
        if (may_go_up(child)) next.push_back(child);
    } else if (at) {
      const auto parents = map.links(Relation::Parents)[*at];
      next.assign(parents.begin(), parents.end());
      if (next.empty()) { // below a base is "base"
        at.reset();
        continue;
      }
    }
    if (next.empty()) {
      if (how.past_the_end == PastTheEnd::Stops) return at;
      return fail(ErrorCode::OutOfRange,
                  fmt::format("{} goes past the {} of the history: {} of {} steps {}, to {}, can be taken; use fewer, or `{}`",
                              in_quotes(how.typed), up ? "end" : "beginning", taken, count, up ? "up" : "down",
                              at ? in_quotes(map.id(*at)) : "base", up ? "head" : "base"),
                  at ? std::vector<std::string>{map.id(*at)} : std::vector<std::string>{});
    }
    if (next.size() > 1) {
      std::vector<std::string> names = map.ids(next);
      std::string where = at ? map.id(*at) : "base";
      std::string message =
          up ? fmt::format("{} is ambiguous: after {} come {}; name one of them, or a branch with LABEL@+N", in_quotes(how.typed),
                           where, listed(names))
             : fmt::format("{} is ambiguous: {} merges {}; name the one to go to", in_quotes(how.typed), where, listed(names));
      return fail(ErrorCode::AmbiguousWalk, std::move(message), std::move(names));
    }
    at = next.front();
  }
  return at;
}

Result<Place> resolve_from_symbol(const RevisionMap &map, const Target &target, const RevisionSet *also,
                                  PastTheEnd past_the_end) {
  // Going up, a label chooses the way and not the start, which may lie below or beside the branch.
  const bool up = *target.offset > 0;
  const Result<Place> start = resolve_single(map, target, up ? std::nullopt : target.label);
  if (!start) return fail(start.error());
  std::optional<RevisionSet> branch;
  if (target.label && up) {
    const Result<Index> carrier = resolve_label(map, *target.label);
    if (!carrier) return fail(carrier.error());
    branch = map.lineage(*carrier);
  }
  return stroll(map, *start, {*target.offset, target.text, branch ? &*branch : nullptr, also, past_the_end});
}

Result<Place> resolve_up_from(const RevisionMap &map, const Target &target, const Standing &standing, PastTheEnd past_the_end) {
  if (*target.offset <= 0) return needs_a_start(target, "up", "downgrade");
  std::vector<Index> starts = standing.heads;
  std::optional<RevisionSet> branch;
  if (target.label) {
    const Result<Index> carrier = resolve_label(map, *target.label);
    if (!carrier) return fail(carrier.error());
    branch = map.lineage(*carrier);
    starts = filtered(std::move(starts), *branch);
    if (starts.empty()) { // no row on the branch: from its topmost revisions that are applied, or else from base
      const RevisionSet active = intersection(standing.applied, *branch);
      for (const Index index : active.members()) {
        const auto needers = map.links(Relation::Needers)[index];
        if (std::none_of(needers.begin(), needers.end(), [&](Index needer) { return active.contains(needer); }))
          starts.push_back(index);
      }
    }
  }
  if (starts.size() > 1) return several_starts(map, target, starts);
  const Place start = starts.empty() ? Place{} : Place{starts.front()};
  return stroll(map, start, {*target.offset, target.text, branch ? &*branch : nullptr, nullptr, past_the_end});
}

Result<DownFrom> resolve_down_from(const RevisionMap &map, const Target &target, const Standing &standing,
                                   PastTheEnd past_the_end) {
  if (*target.offset >= 0) return needs_a_start(target, "down", "upgrade");
  std::vector<Index> starts = standing.heads;
  Place carrier;
  if (target.label) {
    const Result<Index> found = resolve_label(map, *target.label);
    if (!found) return fail(found.error());
    carrier = *found;
    const RevisionSet branch = map.lineage(*found);
    starts = filtered(std::move(starts), branch);
    if (starts.empty()) { // a dependency implies the branch's row: from its topmost revisions that are applied
      for (const Index index : intersection(standing.applied, branch).members()) {
        const auto children = map.links(Relation::Children)[index];
        if (std::none_of(children.begin(), children.end(), [&](Index child) { return standing.applied.contains(child); }))
          starts.push_back(index);
      }
    }
  }
  if (starts.size() > 1) return several_starts(map, target, starts);
  if (starts.empty())
    return fail(ErrorCode::OutOfRange,
                fmt::format("{} goes past the beginning of the history: nothing{} is applied; `migrator current` shows where the "
                            "database is",
                            in_quotes(target.text), target.label ? " on that branch" : ""),
                {});
  const Result<Place> place = stroll(map, starts.front(), {*target.offset, target.text, nullptr, nullptr, past_the_end});
  if (!place) return fail(place.error());
  return DownFrom{*place, carrier ? *carrier : starts.front()};
}

Result<std::vector<Index>> resolve_absolute(const RevisionMap &map, const Target &target) {
  if (target.relative_to_current())
    return fail(
        ErrorCode::InvalidTarget,
        fmt::format("{} counts from where the database is, which has no meaning here; name a revision", in_quotes(target.text)),
        {target.text});
  if (target.offset) {
    const Result<Place> place = resolve_from_symbol(map, target);
    if (!place) return fail(place.error());
    return *place ? std::vector<Index>{**place} : std::vector<Index>{};
  }
  Result<std::vector<Index>> found = resolve_symbol(map, target.label, *target.symbol);
  if (found && target.is("head") && found->size() > 1) return several_heads(map, target, *found);
  return found;
}

Result<std::vector<std::string>> resolve_target(const RevisionMap &map, std::string_view text) {
  const Result<Target> target = parse_target(text);
  if (!target) return fail(target.error());
  const Result<std::vector<Index>> found = resolve_absolute(map, *target);
  if (!found) return fail(found.error());
  return map.ids(*found);
}

} // namespace migrator::graph
