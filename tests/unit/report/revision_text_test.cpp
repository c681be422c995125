#include "migrator/report/revision_text.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace migrator::report {
namespace {

const Style kPlain{};

RevisionView merge_view() {
  RevisionView view;
  view.id = "m";
  view.message = "join\x1b[31m both";
  view.down_revisions = {"a", "b"};
  view.depends_on = {"billing"};
  view.labels = {"shop"};
  view.branches = {"main", "shop"};
  view.children = {"x", "y"};
  view.created = "2026-11-22T10:00:00Z";
  view.path = "migrations/m.sql";
  view.head = true;
  view.branch_point = true;
  view.merge_point = true;
  return view;
}

TEST(RevisionLine, IsAlembics) {
  RevisionView base;
  base.id = "ae10";
  base.message = "create users";
  EXPECT_EQ(revision_line(base, {.parents = true, .branches = true, .places = true, .message = true}, kPlain),
            "<base> -> ae10, create users");
  EXPECT_EQ(revision_line(base, {}, kPlain), "ae10");
  base.message.clear();
  EXPECT_EQ(revision_line(base, {.message = true}, kPlain), "ae10, empty message");
  const RevisionView merge = merge_view();
  EXPECT_EQ(revision_line(merge, {.parents = true, .branches = true, .places = true, .message = true}, kPlain),
            "a, b (billing) -> m (main, shop) (head) (branchpoint) (mergepoint), join [31m both");
  EXPECT_EQ(revision_line(merge, {.branches = true}, kPlain), "m (main, shop) (head)");
}

TEST(RevisionLine, TellsTheKindsOfHeads) {
  RevisionView view = merge_view();
  view.needed = true;
  view.current = true;
  EXPECT_EQ(revision_line(view, {}, kPlain), "m (effective head) (current)");
}

TEST(RevisionLine, IsColouredOnlyWhereAsked) {
  RevisionView view;
  view.id = "ae10";
  view.head = true;
  EXPECT_EQ(revision_line(view, {}, {true, false}), "\x1b[33mae10\x1b[0m \x1b[32m(head)\x1b[0m");
}

TEST(RevisionDetails, TellEverything) {
  RevisionView view = merge_view();
  view.applied = false;
  EXPECT_EQ(revision_details(view, kPlain), "Rev: m (head) (branchpoint) (mergepoint)\n"
                                            "Merges: a, b\n"
                                            "Also depends on: billing\n"
                                            "Branches into: x, y\n"
                                            "Branch names: main, shop\n"
                                            "Applied: no\n"
                                            "Created: 2026-11-22T10:00:00Z\n"
                                            "Path: migrations/m.sql\n"
                                            "\n"
                                            "    join [31m both\n"
                                            "\n");
  RevisionView gone;
  gone.id = "old";
  EXPECT_EQ(revision_details(gone, kPlain),
            "Rev: old\nParent: <base>\nPath: no file; the database's journal knows it\n\n    empty message\n\n");
}

TEST(RevisionJson, HasEveryFieldAlways) {
  RevisionView view;
  view.id = "ae10";
  EXPECT_EQ(
      revision_json(view).dump(),
      R"({"revision":"ae10","down_revisions":[],"depends_on":[],"labels":[],"branches":[],"message":"","created":null,"path":null,)"
      R"("applied":null,"current":null,"head":false,"branch_point":false,"merge_point":false})");
  view = merge_view();
  view.applied = true;
  view.current = true;
  const nlohmann::ordered_json json = revision_json(view);
  EXPECT_EQ(json["applied"], true);
  EXPECT_EQ(json["current"], true);
  EXPECT_EQ(json["path"], "migrations/m.sql");
  EXPECT_EQ(json["message"], "join\x1b[31m both");
}

} // namespace
} // namespace migrator::report
