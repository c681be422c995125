#include "operator/gate/gate.h"

#include <gtest/gtest.h>

#include "operator/api/conditions.h"

namespace controller::gate {
namespace {

using Strings = std::vector<std::string>;
using Migrations = std::vector<std::optional<api::Migration>>;

api::Migration migration(const std::string &name, Strings applied, std::vector<api::AppliedImage> images = {}) {
  api::Migration result;
  result.name_space = "shop";
  result.name = name;
  result.status.applied_revisions = std::move(applied);
  result.status.applied_images = std::move(images);
  return result;
}

api::Migration with_run(api::Migration migration, api::RunKind kind, bool allow_down) {
  migration.status.run.emplace();
  migration.status.run->sequence = 4;
  migration.status.run->kind = kind;
  migration.status.run->allow_down = allow_down;
  return migration;
}

api::Migration with_plan(api::Migration migration, std::int64_t sequence, std::vector<api::PlanStep> steps) {
  migration.status.plan.emplace();
  migration.status.plan->sequence = sequence;
  migration.status.plan->steps = std::move(steps);
  return migration;
}

PodGate pod(Strings wait_for, const std::string &revision, const std::string &image = {}) {
  PodGate gate;
  gate.name_space = "shop";
  gate.name = "web-1";
  gate.wait_for = std::move(wait_for);
  gate.revision = revision;
  gate.image = image;
  return gate;
}

Strings hundred() {
  Strings list;
  for (int number = 0; number < 100; ++number) list.push_back("r" + std::to_string(number));
  return list;
}

struct Case {
  std::string name;
  PodGate gate;
  Migrations migrations;
  std::string reason; // empty: lifted
  std::string event;  // empty: none
};

class GateTest : public testing::TestWithParam<Case> {};

TEST_P(GateTest, Decides) {
  const Verdict verdict = decide_gate(GetParam().gate, GetParam().migrations);
  EXPECT_EQ(verdict.lift, GetParam().reason.empty());
  EXPECT_EQ(verdict.reason, GetParam().reason);
  EXPECT_EQ(verdict.note ? verdict.note->reason : "", GetParam().event);
}

const std::vector<api::AppliedImage> kImages = {{"shop:2", {"b"}}, {"shop:1", {"a"}}};

api::Migration failing(api::Migration migration) {
  api::set_condition(migration.status, api::ConditionType::Stalled, {true, api::Reason::MigrationFailed, "no"}, 1, {});
  api::set_condition(migration.status, api::ConditionType::Ready, {false, api::Reason::MigrationFailed, "no"}, 1, {});
  return migration;
}

INSTANTIATE_TEST_SUITE_P(
    Gates, GateTest,
    testing::Values(
        Case{"the_revision_is_applied", pod({"shop"}, "a"), {migration("shop", {"b", "a"})}, "", ""},
        Case{"the_revision_is_not_there_yet",
             pod({"shop"}, "c"),
             {migration("shop", {"b", "a"})},
             "shop does not have revision c yet",
             ""},
        Case{
            "an_id_is_no_beginning", pod({"shop"}, "ab"), {migration("shop", {"abc"})}, "shop does not have revision ab yet", ""},
        Case{"lifted_whatever_Ready_says", pod({"shop"}, "a"), {failing(migration("shop", {"b", "a"}))}, "", ""},
        Case{"the_image_was_applied", pod({"shop"}, "", "shop:1"), {migration("shop", {"b", "a"}, kImages)}, "", ""},
        Case{"the_image_was_not_applied_yet",
             pod({"shop"}, "", "shop:3"),
             {migration("shop", {"b", "a"}, kImages)},
             "shop does not have image shop:3 yet",
             ""},
        Case{"all_of_several",
             pod({"shop", "billing"}, "a"),
             {migration("shop", {"a"}), migration("billing", {"a", "x"})},
             "",
             ""},
        Case{"one_of_several_waits",
             pod({"shop", "billing"}, "a"),
             {migration("shop", {"a"}), migration("billing", {"x"})},
             "billing does not have revision a yet",
             ""},
        Case{"neither_annotation_stays_with_an_event",
             pod({"shop"}, ""),
             {migration("shop", {"a"})},
             "the pod names neither a revision nor an image",
             "GateNamesNothing"},
        Case{"both_annotations_stay_with_an_event",
             pod({"shop"}, "a", "shop:1"),
             {migration("shop", {"a"}, kImages)},
             "the pod names both a revision and an image",
             "GateNamesNothing"},
        Case{"no_Migration_named_stays_with_an_event", pod({}, "a"), {}, "the pod names no Migration", "GateNamesNothing"},
        Case{"a_Migration_that_does_not_exist",
             pod({"shop"}, "a"),
             {std::nullopt},
             "there is no Migration shop in namespace shop",
             "MigrationNotFound"},
        Case{"what_must_be_mended_is_told_first",
             pod({"billing", "shop"}, "a"),
             {migration("billing", {}), std::nullopt},
             "there is no Migration shop in namespace shop",
             "MigrationNotFound"},
        Case{"a_revision_older_than_the_list",
             pod({"shop"}, "old"),
             {migration("shop", hundred())},
             "revision old is not among the newest 100 revisions of shop",
             "RevisionNotListed"},
        Case{"a_run_that_takes_it_away",
             pod({"shop"}, "b"),
             {with_plan(with_run(migration("shop", {"b", "a"}), api::RunKind::Migrate, true), 4, {{"b", "down", true}})},
             "the run of shop that is under way may take revision b away",
             ""},
        Case{"a_run_that_takes_another_away",
             pod({"shop"}, "a"),
             {with_plan(with_run(migration("shop", {"b", "a"}), api::RunKind::Migrate, true), 4, {{"b", "down", true}})},
             "",
             ""},
        Case{"a_run_that_takes_the_image_away",
             pod({"shop"}, "", "shop:2"),
             {with_plan(with_run(migration("shop", {"b", "a"}, kImages), api::RunKind::Migrate, true), 4, {{"b", "down", true}})},
             "the run of shop that is under way may take image shop:2 away",
             ""},
        Case{"an_image_that_stays",
             pod({"shop"}, "", "shop:1"),
             {with_plan(with_run(migration("shop", {"b", "a"}, kImages), api::RunKind::Migrate, true), 4, {{"b", "down", true}})},
             "",
             ""},
        Case{"a_plan_that_waits_takes_nothing_away",
             pod({"shop"}, "b"),
             {with_plan(with_run(migration("shop", {"b", "a"}), api::RunKind::Plan, true), 4, {{"b", "down", true}})},
             "",
             ""},
        Case{"a_run_up", pod({"shop"}, "a"), {with_run(migration("shop", {"a"}), api::RunKind::Migrate, false)}, "", ""},
        Case{"a_run_down_whose_plan_is_not_known",
             pod({"shop"}, "a"),
             {with_plan(with_run(migration("shop", {"a"}), api::RunKind::Migrate, true), 3, {})},
             "the run of shop that is under way may take revision a away",
             ""},
        Case{"a_run_down_whose_plan_may_have_been_cut",
             pod({"shop"}, "a"),
             {with_plan(with_run(migration("shop", {"a"}), api::RunKind::Migrate, true), 4,
                        std::vector<api::PlanStep>(100, api::PlanStep{"x", "down", true}))},
             "the run of shop that is under way may take revision a away",
             ""},
        Case{"the_step_up_of_a_run_that_also_goes_down",
             pod({"shop"}, "a"),
             {with_plan(with_run(migration("shop", {"a"}), api::RunKind::Migrate, true), 4, {{"a", "up", true}})},
             "",
             ""}),
    [](const auto &param_info) { return param_info.param.name; });

std::string message(const PodGate &gate, const Migrations &migrations) {
  const Verdict verdict = decide_gate(gate, migrations);
  return verdict.note ? verdict.note->message : "";
}

TEST(Gate, MessagesSayWhatToDo) {
  EXPECT_EQ(message(pod({"shop"}, ""), {migration("shop", {})}),
            "the gate migrator.dev/wait stays: the pod names neither a revision nor an image. Set one of the pod template's "
            "annotations "
            "migrator.dev/revision and migrator.dev/image.");
  EXPECT_EQ(message(pod({}, "a"), {}), "the gate migrator.dev/wait stays: the pod names no Migration. Set the pod template's "
                                       "annotation migrator.dev/wait-for to the "
                                       "names of Migrations, separated by commas.");
  EXPECT_EQ(
      message(pod({"shop"}, "a", "b"), {migration("shop", {})}),
      "the gate migrator.dev/wait stays: the pod names both a revision and an image. Keep one of the pod template's annotations "
      "migrator.dev/revision and migrator.dev/image.");
  EXPECT_EQ(
      message(pod({"shop"}, "a"), {std::nullopt}),
      "the gate migrator.dev/wait stays: there is no Migration shop in namespace shop. Create it, or mend the pod template's "
      "annotation migrator.dev/wait-for.");
  EXPECT_EQ(message(pod({"shop"}, "old"), {migration("shop", hundred())}),
            "the gate migrator.dev/wait stays: revision old is not among the newest 100 revisions of shop. If it is older than "
            "those, use "
            "the init container `migrator wait` instead of the gate: it asks the database itself.");
}

TEST(Gate, TheSameVerdictHasTheSameKey) {
  const Verdict first = decide_gate(pod({"shop"}, "a"), {std::nullopt});
  const Verdict again = decide_gate(pod({"shop"}, "a"), {std::nullopt});
  const Verdict other = decide_gate(pod({"billing"}, "a"), {std::nullopt});
  EXPECT_EQ(first.note->key, again.note->key);
  EXPECT_NE(first.note->key, other.note->key);
}

} // namespace
} // namespace controller::gate
