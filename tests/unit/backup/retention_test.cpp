// What goes and what stays, as retention.h says.
#include "migrator/backup/retention.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "migrator/execute/clock.h"

namespace migrator::backup {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;

const auto kNow = std::chrono::system_clock::time_point(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + hours(12));

Manifest taken(int hours_ago, database::Proof proof = database::Proof::Archive, Reason reason = Reason::Asked) {
  Manifest manifest;
  const auto when = kNow - hours(hours_ago);
  manifest.id = make_id(when, static_cast<std::uint64_t>(hours_ago));
  manifest.created_at = execute::rfc3339(when);
  manifest.proof = proof;
  manifest.reason = reason;
  return manifest;
}

std::string id(int hours_ago) {
  return taken(hours_ago).id;
}

constexpr auto kUnproven = database::Proof::None;

TEST(Retention, TheNewestStayByCountAndTheRestGoesOldestFirst) {
  EXPECT_THAT(expired({taken(3), taken(1), taken(4), taken(2)}, {2, {}}, kNow, {}), ElementsAre(id(4), id(3)));
  EXPECT_THAT(expired({taken(3), taken(1), taken(4), taken(2)}, {4, {}}, kNow, {}), IsEmpty());
}

TEST(Retention, OldOnesGoByAge) {
  EXPECT_THAT(expired({taken(1), taken(23), taken(24), taken(25)}, {10, hours(24)}, kNow, {}), ElementsAre(id(25)));
}

TEST(Retention, TheNewestOfAllStaysHoweverOld) {
  EXPECT_THAT(expired({taken(100), taken(200)}, {5, hours(24)}, kNow, {}), ElementsAre(id(200)));
  EXPECT_THAT(expired({taken(100, kUnproven)}, {5, hours(24)}, kNow, {}), IsEmpty());
}

TEST(Retention, TheNewestProvenStaysHoweverManyUnprovenAreNewer) {
  EXPECT_THAT(expired({taken(1, kUnproven), taken(2, kUnproven), taken(3, kUnproven), taken(4), taken(5)}, {1, {}}, kNow, {}),
              ElementsAre(id(5), id(3), id(2)));
}

TEST(Retention, OneInUseStays) {
  EXPECT_THAT(expired({taken(1), taken(2), taken(3)}, {1, hours(1)}, kNow, {id(3), "an external one"}), ElementsAre(id(2)));
}

TEST(Retention, WhatARestoreDisplacedGoesByAgeAlone) {
  const auto displaced = [](int ago) { return taken(ago, database::Proof::Archive, Reason::Displaced); };
  EXPECT_THAT(expired({taken(1), displaced(2), displaced(3), taken(4)}, {2, {}}, kNow, {}), IsEmpty())
      << "they do not count either";
  EXPECT_THAT(expired({taken(1), displaced(2), displaced(30), taken(4)}, {2, hours(24)}, kNow, {}), ElementsAre(id(30)));
}

TEST(Retention, ACountBelowOneIsOne) {
  EXPECT_THAT(expired({taken(1), taken(2)}, {0, {}}, kNow, {}), ElementsAre(id(2)));
}

TEST(Retention, OneFromTheFutureIsNotOld) {
  EXPECT_THAT(expired({taken(-5), taken(-3)}, {5, hours(1)}, kNow, {}), IsEmpty());
}

RC_GTEST_PROP(RetentionLaw, TheNewestTheNewestProvenAndThoseInUseStayAndTwiceIsOnce, ()) {
  std::vector<Manifest> backups;
  for (const int ago : *rc::gen::unique<std::vector<int>>(rc::gen::inRange(0, 500)))
    backups.push_back(taken(ago, *rc::gen::element(kUnproven, database::Proof::Archive, database::Proof::Restore),
                            *rc::gen::element(Reason::Asked, Reason::BeforeRun, Reason::Displaced)));
  RetentionRule rule{*rc::gen::inRange(-1, 6), {}};
  if (*rc::gen::arbitrary<bool>()) rule.age = hours(*rc::gen::inRange(1, 500));
  std::vector<std::string> in_use;
  for (const Manifest &backup : backups)
    if (*rc::gen::inRange(0, 5) == 0) in_use.push_back(backup.id);

  const std::vector<std::string> gone = expired(backups, rule, kNow, in_use);
  const std::set<std::string> gone_set(gone.begin(), gone.end());
  RC_ASSERT(gone_set.size() == gone.size());
  RC_ASSERT(std::is_sorted(gone.begin(), gone.end()));
  const Manifest *newest = nullptr, *proven = nullptr;
  for (const Manifest &backup : backups) {
    if (newest == nullptr || backup.created_at > newest->created_at) newest = &backup;
    if (backup.proof != kUnproven && (proven == nullptr || backup.created_at > proven->created_at)) proven = &backup;
  }
  if (newest != nullptr) RC_ASSERT(gone_set.count(newest->id) == 0);
  if (proven != nullptr) RC_ASSERT(gone_set.count(proven->id) == 0);
  for (const std::string &used : in_use) RC_ASSERT(gone_set.count(used) == 0);

  std::vector<Manifest> left;
  for (const Manifest &backup : backups)
    if (gone_set.count(backup.id) == 0) left.push_back(backup);
  RC_ASSERT(expired(left, rule, kNow, in_use).empty());
}

} // namespace
} // namespace migrator::backup
