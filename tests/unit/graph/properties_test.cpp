// Laws that hold in every graph, tried on random ones (rapidcheck, which shrinks a graph that fails).
#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "migrator/graph/heads.h"
#include "migrator/graph/range.h"
#include "migrator/graph/stamp.h"
#include "migrator/graph/walk.h"
#include "tests/unit/graph/graphs.h"

namespace rc {

template <> struct Arbitrary<migrator::graph::testing::Shape> {
  static Gen<migrator::graph::testing::Shape> arbitrary() {
    using migrator::graph::testing::Shape;
    const auto back = [](std::size_t weight) {
      return gen::weightedOneOf<unsigned>({{weight, gen::inRange(1U, 6U)}, {10, gen::just(0U)}});
    };
    return gen::build<Shape>(gen::set(&Shape::parent, back(90)), gen::set(&Shape::second_parent, back(3)),
                             gen::set(&Shape::dependency, back(2)),
                             gen::set(&Shape::labelled, gen::weightedElement<bool>({{1, true}, {5, false}})));
  }
};

} // namespace rc

namespace migrator::graph {
namespace {

using testing::Shape;
using Strings = std::vector<std::string>;
using Set = std::set<std::string>;

// A graph of at least one revision, its files handed over in another order than the graph's.
RevisionMap random_graph() {
  std::vector<Node> nodes = testing::nodes(*rc::gen::nonEmpty<std::vector<Shape>>());
  std::reverse(nodes.begin(), nodes.end());
  const Result<RevisionMap> map = RevisionMap::build(std::move(nodes));
  RC_ASSERT(map.has_value());
  return *map;
}

std::string random_id(const RevisionMap &map) {
  return map.nodes()[*rc::gen::inRange<std::size_t>(0, map.size())].id;
}

// Rows that a database can have: up to one or two revisions from nothing.
Strings random_rows(const RevisionMap &map) {
  const Result<Walk> walk = migrate_to(map, {}, {random_id(map), random_id(map)}, {});
  RC_ASSERT(walk.has_value());
  return *rc::gen::arbitrary<bool>() ? walk->heads_after : Strings{};
}

Walk must(const Result<Walk> &walk) {
  if (!walk) RC_FAIL(walk.error().message);
  return *walk;
}

Set as_set(const Strings &ids) {
  return {ids.begin(), ids.end()};
}

Strings needs(const RevisionMap &map, const std::string &id) {
  Strings result = map.find(id)->down_revisions;
  for (const std::string &dependency : map.dependencies(id)) result.push_back(dependency);
  return result;
}

// The rows that a set of applied revisions must have: those that no other one of them needs.
Strings rows_of(const RevisionMap &map, const Set &applied) {
  Set rows = applied;
  for (const std::string &id : applied)
    for (const std::string &needed : needs(map, id)) rows.erase(needed);
  return {rows.begin(), rows.end()};
}

// Runs a walk as the executor does, row by row; checks that each step fits and gives the rows at the end.
Set run(const RevisionMap &map, const Walk &walk) {
  Set applied = as_set(map.ancestors(walk.heads_before));
  Set rows = as_set(walk.heads_before);
  for (const WalkStep &step : walk.steps) {
    const Result<HeadChange> change = head_change(map, {rows.begin(), rows.end()}, step);
    RC_ASSERT(change.has_value());
    for (const std::string &removed : change->removed) RC_ASSERT(rows.erase(removed) == 1U);
    for (const std::string &added : change->added) RC_ASSERT(rows.insert(added).second);
    if (step.direction == Direction::Up)
      applied.insert(step.revision);
    else
      applied.erase(step.revision);
    RC_ASSERT(Strings(rows.begin(), rows.end()) == rows_of(map, applied));
  }
  return rows;
}

RC_GTEST_PROP(Properties, WhatARevisionNeedsStandsBeforeIt, ()) {
  const RevisionMap map = random_graph();
  Set seen;
  for (const Node &node : map.nodes()) {
    for (const std::string &needed : needs(map, node.id)) RC_ASSERT(seen.count(needed) == 1U);
    seen.insert(node.id);
  }
}

RC_GTEST_PROP(Properties, RowsAfterEachStepAreTheHeadsAndEndAsTheWalkSays, ()) {
  const RevisionMap map = random_graph();
  const Walk up = must(upgrade(map, random_rows(map), random_id(map)));
  RC_ASSERT(run(map, up) == as_set(up.heads_after));
  const Result<Walk> down = downgrade(map, must(upgrade(map, up.heads_after, "heads")).heads_after, random_id(map));
  if (down) // some revisions are no target: DowngradeTakesExactlyWhatStandsOnTheChildren says which
    RC_ASSERT(run(map, *down) == as_set(down->heads_after));
}

RC_GTEST_PROP(Properties, UpThenDownReturnsToTheStart, ()) {
  const RevisionMap map = random_graph();
  const Walk up = must(upgrade(map, random_rows(map), random_id(map)));
  Walk down{{}, up.heads_after, up.heads_before, {}, WalkOutcome::Moves};
  for (auto step = up.steps.rbegin(); step != up.steps.rend(); ++step) down.steps.push_back({step->revision, Direction::Down});
  RC_ASSERT(run(map, down) == as_set(up.heads_before));
  RC_ASSERT(must(downgrade(map, up.heads_after, "base")).heads_after.empty());
}

RC_GTEST_PROP(Properties, UpgradeAppliesExactlyWhatTheTargetNeeds, ()) {
  const RevisionMap map = random_graph();
  const Strings rows = random_rows(map);
  const std::string target = random_id(map);
  Set expected = as_set(map.ancestors({target}));
  for (const std::string &applied : map.ancestors(rows)) expected.erase(applied);
  Set steps;
  for (const WalkStep &step : must(upgrade(map, rows, target)).steps) steps.insert(step.revision);
  RC_ASSERT(steps == expected);
}

RC_GTEST_PROP(Properties, DowngradeTakesExactlyWhatStandsOnTheChildren, ()) {
  const RevisionMap map = random_graph();
  const Strings rows = random_rows(map);
  const std::string target = random_id(map);
  const Set applied = as_set(map.ancestors(rows));
  Set expected;
  for (const std::string &above : map.descendants(map.children(target)))
    if (applied.count(above) > 0) expected.insert(above);
  const Result<Walk> walk = downgrade(map, rows, target);
  if (expected.empty() && as_set(rows).count(target) == 0) {
    RC_ASSERT(!walk);
    RC_ASSERT(walk.error().code == ErrorCode::InvalidTarget);
    return;
  }
  Set steps;
  for (const WalkStep &step : must(walk).steps) steps.insert(step.revision);
  RC_ASSERT(steps == expected);
}

RC_GTEST_PROP(Properties, WhatIsLeftOfAWalkIsInTheSameOrder, ()) {
  const RevisionMap map = random_graph();
  const Strings targets{random_id(map), random_id(map)};
  const MigrateOptions exact{true, true, false};
  const Walk walk = must(migrate_to(map, random_rows(map), targets, exact));
  const std::size_t done = *rc::gen::inRange<std::size_t>(0, walk.steps.size() + 1);
  Result<HeadTracker> tracker = HeadTracker::at(map, walk.heads_before);
  RC_ASSERT(tracker.has_value());
  for (std::size_t i = 0; i < done; ++i) RC_ASSERT(tracker->apply(walk.steps[i]).has_value());
  const Walk rest = must(migrate_to(map, tracker->heads(), targets, exact));
  RC_ASSERT(rest.steps == std::vector<WalkStep>(walk.steps.begin() + static_cast<std::ptrdiff_t>(done), walk.steps.end()));
}

RC_GTEST_PROP(Properties, MigrateExactLeavesWhatTheTargetsNeedAndNothingElse, ()) {
  const RevisionMap map = random_graph();
  const Strings targets{random_id(map), random_id(map)};
  const Walk walk = must(migrate_to(map, random_rows(map), targets, {true, true, false}));
  RC_ASSERT(map.ancestors(walk.heads_after) == map.ancestors(targets));
  RC_ASSERT(walk.untouched.empty());
  RC_ASSERT(run(map, walk) == as_set(walk.heads_after));
}

RC_GTEST_PROP(Properties, MigrateKeepsWhatNoTargetStandsBelow, ()) {
  const RevisionMap map = random_graph();
  const Strings rows = random_rows(map);
  const std::string target = random_id(map);
  const Walk walk = must(migrate_to(map, rows, {target}, {true, false, false}));
  Set expected = as_set(map.ancestors(rows));
  for (const std::string &above : map.descendants({target})) expected.erase(above);
  for (const std::string &needed : map.ancestors({target})) expected.insert(needed);
  RC_ASSERT(as_set(map.ancestors(walk.heads_after)) == expected);
  RC_ASSERT(run(map, walk) == as_set(walk.heads_after));
}

RC_GTEST_PROP(Properties, HeadLikeTargetsNeverGoDown, ()) {
  const RevisionMap map = random_graph();
  for (const WalkStep &step : must(migrate_to(map, random_rows(map), {"heads"}, {true, false, false})).steps)
    RC_ASSERT(step.direction == Direction::Up);
}

RC_GTEST_PROP(Properties, StampedRowsAreHeadsAndHoldTheTarget, ()) {
  const RevisionMap map = random_graph();
  const std::string target = random_id(map);
  const Result<Strings> rows = stamp(map, random_rows(map), {target}, false);
  RC_ASSERT(rows.has_value());
  RC_ASSERT(as_set(*rows).count(target) == 1U);
  RC_ASSERT(rows_of(map, as_set(map.ancestors(*rows))) == *rows);
}

RC_GTEST_PROP(Properties, ARangeHoldsItsEndsAndGoesDown, ()) {
  const RevisionMap map = random_graph();
  const std::string end = random_id(map);
  const Result<Strings> range = revisions_in_range(map, {}, ":" + end);
  RC_ASSERT(range.has_value());
  RC_ASSERT(range->front() == end);
  RC_ASSERT(as_set(*range) == as_set(map.ancestors({end})));
}

RC_GTEST_PROP(Properties, NoTextMakesATargetCrash, (const std::string &junk)) {
  const RevisionMap map = testing::graph("a b:a#shop c:a ~x:b");
  for (const std::string &target : {junk, "a" + junk, "shop@" + junk, junk + "+1", "-" + junk}) {
    const Result<Walk> answers[] = {upgrade(map, {"b"}, target), downgrade(map, {"x"}, target),
                                    migrate_to(map, {"x"}, {target}, {})};
    for (const Result<Walk> &answer : answers) RC_ASSERT(answer.has_value() || !answer.error().message.empty());
  }
}

} // namespace
} // namespace migrator::graph
