// Every policy, and what the flags make of it.
#include "migrator/backup/policy.h"

#include <string>

#include <gtest/gtest.h>

namespace migrator::backup {
namespace {

using config::BackupPolicy;
using config::BackupSettings;

struct PolicyCase {
  std::string name;
  RunFacts run;
  std::optional<BackupPolicy> policy;
  std::string folder;
  Kind expected;
};

class Policy : public testing::TestWithParam<PolicyCase> {};

TEST_P(Policy, Decides) {
  BackupSettings settings;
  settings.policy = GetParam().policy;
  settings.folder = GetParam().folder;
  EXPECT_EQ(kind_for(GetParam().run, settings), GetParam().expected);
}

constexpr RunFacts kUpgrade{};
constexpr RunFacts kMigrate{std::nullopt, true, false, false};
constexpr RunFacts kDestructive{std::nullopt, false, true, false};
constexpr RunFacts kAsked{true, false, false, false};
constexpr RunFacts kRefused{false, true, true, false};
constexpr RunFacts kMustRestore{std::nullopt, false, false, true};

INSTANTIATE_TEST_SUITE_P(
    Runs, Policy,
    testing::Values(PolicyCase{"NothingConfigured", kMigrate, std::nullopt, "", Kind::None},
                    PolicyCase{"AFolderIsEnoughForMigrate", kMigrate, std::nullopt, "b", Kind::Dump},
                    PolicyCase{"AFolderIsNotEnoughForOthers", kUpgrade, std::nullopt, "b", Kind::None},
                    PolicyCase{"AskedWithoutAFolder", kAsked, std::nullopt, "", Kind::Dump},
                    PolicyCase{"AskedAgainstNever", kAsked, BackupPolicy::Never, "b", Kind::Dump},
                    PolicyCase{"AskedAndExternal", kAsked, BackupPolicy::External, "", Kind::External},
                    PolicyCase{"RefusedAgainstAlways", kRefused, BackupPolicy::Always, "b", Kind::None},
                    PolicyCase{"RefusedAgainstExternal", kRefused, BackupPolicy::External, "b", Kind::None},
                    PolicyCase{"Always", kUpgrade, BackupPolicy::Always, "b", Kind::Dump},
                    PolicyCase{"External", kUpgrade, BackupPolicy::External, "", Kind::External},
                    PolicyCase{"Never", kMigrate, BackupPolicy::Never, "b", Kind::None},
                    PolicyCase{"DestructiveAndHarmless", kMigrate, BackupPolicy::Destructive, "b", Kind::None},
                    PolicyCase{"DestructiveAndLosing", kDestructive, BackupPolicy::Destructive, "b", Kind::Dump},
                    PolicyCase{"WhatMustBeRestoredIsDumped", kMustRestore, BackupPolicy::External, "b", Kind::Dump},
                    PolicyCase{"WhatMustBeRestoredAgainstNever", kMustRestore, BackupPolicy::Never, "b", Kind::Dump}),
    [](const auto &of) { return of.param.name; });

} // namespace
} // namespace migrator::backup
