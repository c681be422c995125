#include "migrator/plan/planner.h"

#include <gtest/gtest.h>

#include "migrator/plan/danger.h"
#include "tests/unit/plan/plans.h"

namespace migrator::plan {
namespace {

// a, then b on it, applied.
History applied_chain() {
  History out;
  out.files = {table("a", "none"), table("b", "a"), table("c", "b")};
  out.apply(out.files[0]);
  out.apply(out.files[1]);
  out.state.heads = {"b"};
  out.state.has_journal = out.state.has_version_table = true;
  return out;
}

Result<Verified> verified(const History &history) {
  const Result<graph::RevisionMap> map = history.map();
  if (!map) return fail(map.error());
  return verify_applied(*map, by_revision(history.files), history.state, Dialect::Sqlite);
}

TEST(VerifyApplied, FindsNothingWhereNothingWasEdited) {
  const auto found = verified(applied_chain());
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->notes.empty());
  EXPECT_TRUE(found->adopt.empty());
}

TEST(VerifyApplied, RefusesAnEditedUpSection) {
  History history = applied_chain();
  history.files[0] = revision("a", "none", "-- migrate:up\nCREATE TABLE other;\n-- migrate:down\nDROP TABLE a;\n");
  EXPECT_REFUSED(verified(history), ErrorCode::ChecksumMismatch,
                 "m/a.sql: revision a was edited after it was applied on 2026-01-02T03:04:05.678Z by anna: its up section is not "
                 "what ran; put the file back as it was and make the change in a new revision");
}

TEST(VerifyApplied, LooksAtAppliedRevisionsOnly) {
  History history = applied_chain();
  history.apply(history.files[2]);
  history.state.latest["c"].motion = ledger::Motion::Down;
  history.files[2] = revision("c", "b", "-- migrate:up\nCREATE TABLE other;\n");
  EXPECT_TRUE(verified(history));
}

TEST(VerifyApplied, DoesNotMindBlanksAndComments) {
  History history = applied_chain();
  history.files[0] =
      revision("a", "none", "-- migrate:up lock_timeout:9s\n-- why\n\nCREATE  TABLE a;\n-- migrate:down\nDROP TABLE a;\n");
  const auto found = verified(history);
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_TRUE(found->notes.empty());
}

TEST(VerifyApplied, RefusesOtherParents) {
  History history = applied_chain();
  history.state.latest["b"].parents = {};
  EXPECT_REFUSED(
      verified(history), ErrorCode::ChecksumMismatch,
      "m/b.sql: revision b was applied with the parents none (depends on none), its file now says a (depends on none); "
      "put the header back as it was");
}

TEST(VerifyApplied, RefusesOtherDependencies) {
  History history;
  history.files = {table("a", "none"), table("x", "none"), table("b", "a", "x")};
  for (const script::Script &script : history.files) history.apply(script);
  history.state.latest["b"].depends_on = {};
  history.state.heads = {"b"};
  EXPECT_REFUSED(verified(history), ErrorCode::ChecksumMismatch,
                 "m/b.sql: revision b was applied with the parents a (depends on none), its file now says a (depends on x); put "
                 "the header back as it was");
}

TEST(VerifyApplied, DoesNotMindTheOrderOfParentsAndALabelForADependency) {
  History history;
  history.files = {table("a", "none"), table("b", "none"), revision("x", "none", "-- migrate:up\n-- migrate:down\n"),
                   table("m", "b a", "billing")};
  history.files[2].labels = {"billing"};
  for (const script::Script &script : history.files) history.apply(script);
  history.state.latest["m"].parents = {"a", "b"};
  history.state.latest["m"].depends_on = {"x"};
  history.state.heads = {"m"};
  const auto found = verified(history);
  EXPECT_TRUE(found) << found.error().text();
}

TEST(VerifyApplied, NotesAnEditedDownSection) {
  History history = applied_chain();
  history.files[0] = revision("a", "none", "-- migrate:up\nCREATE TABLE a;\n-- migrate:down\nDROP TABLE other;\n");
  history.files[1] = revision("b", "a", "-- migrate:up\nCREATE TABLE b;\n");
  const auto found = verified(history);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->notes, (Texts{"the down section of revision a was edited after it was applied; the file's is used",
                                 "the down section of revision b was edited after it was applied; the file's is used"}));
}

TEST(VerifyApplied, AdoptsWhatHasNoRow) {
  History history = applied_chain();
  history.state.latest.clear();
  const auto found = verified(history);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->adopt.size(), 2U);
  const ledger::Entry &row = found->adopt[1];
  EXPECT_EQ(row.revision, "b");
  EXPECT_EQ(row.motion, ledger::Motion::Adopt);
  EXPECT_EQ(row.outcome, ledger::Outcome::Done);
  EXPECT_EQ(row.parents, Texts{"a"});
  EXPECT_EQ(row.message, "make b");
  EXPECT_EQ(row.up_checksum, script::checksum(history.files[1], Direction::Up, Dialect::Sqlite));
  EXPECT_EQ(row.down_checksum, script::checksum(history.files[1], Direction::Down, Dialect::Sqlite));
  EXPECT_EQ(row.down_sections, script::render_down(history.files[1], Dialect::Sqlite));
}

TEST(VerifyApplied, AdoptsAStampedRowWithoutAChecksum) {
  History history = applied_chain();
  history.state.latest["a"].up_checksum.reset();
  history.state.latest["a"].motion = ledger::Motion::Stamp;
  const auto found = verified(history);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->adopt.size(), 1U);
  EXPECT_EQ(found->adopt[0].revision, "a");
}

TEST(VerifyApplied, AdoptsAnIrreversibleRevisionWithoutAWayBack) {
  History history;
  history.files = {revision("a", "none", "-- migrate:up\none;\n-- migrate:down irreversible\n")};
  history.state.heads = {"a"};
  const auto found = verified(history);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->adopt.size(), 1U);
  EXPECT_FALSE(found->adopt[0].down_checksum);
  EXPECT_FALSE(found->adopt[0].down_sections);
}

// --- revisions that only the journal knows -----------------------------------------------------------------------------------

// a and b applied, b's file is gone.
History without_b() {
  History history = applied_chain();
  history.stored_downs = by_revision({history.files[1]});
  history.files = {history.files[0]};
  return history;
}

TEST(Combine, TakesAppliedRevisionsFromTheJournal) {
  const auto map = without_b().map();
  ASSERT_TRUE(map) << map.error().text();
  ASSERT_NE(map->find("b"), nullptr);
  EXPECT_FALSE(map->find("b")->in_files);
  EXPECT_EQ(map->heads(), Texts{"a"});
}

TEST(Combine, LeavesWhatIsNotAppliedInTheJournal) {
  History history = without_b();
  history.state.heads = {"a"};
  const auto map = history.map();
  ASSERT_TRUE(map);
  EXPECT_EQ(map->find("b"), nullptr);
}

TEST(Combine, FollowsParentsAndDependenciesOfTheJournal) {
  History history;
  history.files = {table("a", "none")};
  for (const script::Script &script : {table("b", "a"), table("x", "none"), table("c", "b", "x")}) history.apply(script);
  history.state.heads = {"c"};
  const auto map = history.map();
  ASSERT_TRUE(map) << map.error().text();
  EXPECT_EQ(map->ancestors({"c"}), (Texts{"a", "b", "c", "x"}));
}

TEST(Combine, LeavesOutWhatNobodyKnows) {
  History history;
  history.apply(table("b", "gone"));
  history.state.heads = {"b"};
  const auto map = history.map();
  ASSERT_TRUE(map) << map.error().text();
  EXPECT_EQ(map->ancestors({"b"}), Texts{"b"});
}

TEST(Combine, AFileWinsOverTheJournalsLabel) {
  History history = applied_chain();
  history.files = {table("a", "none")};
  history.files[0].labels = {"shop"};
  history.state.latest["b"].labels = {"shop", "other"};
  const auto map = history.map();
  ASSERT_TRUE(map) << map.error().text();
  EXPECT_EQ(map->labels(), (std::vector<std::pair<std::string, std::string>>{{"other", "b"}, {"shop", "a"}}));
}

TEST(Combine, AChainOfAHundredThousandInTheJournal) {
  History history;
  std::string parent;
  for (int number = 0; number < 100'000; ++number) {
    const std::string id = fmt::format("r{}", number);
    ledger::Entry row;
    row.revision = id;
    if (!parent.empty()) row.parents = {parent};
    history.state.latest.emplace(id, std::move(row));
    parent = id;
  }
  history.state.heads = {parent};
  const auto map = history.map();
  ASSERT_TRUE(map);
  EXPECT_EQ(map->size(), 100'000U);
}

TEST(Route, NamesTheStepsDownThatHaveNoFile) {
  const History history = without_b();
  const auto way = history.route(downgrade_to("base"));
  ASSERT_TRUE(way) << way.error().text();
  EXPECT_EQ(way->from_journal, Texts{"b"});
  const auto plan = history.plan(downgrade_to("base"));
  ASSERT_TRUE(plan) << plan.error().text();
  EXPECT_EQ(described(*plan), (Texts{"down b", "down a"}));
  EXPECT_TRUE(plan->steps[0].from_journal);
  EXPECT_FALSE(plan->steps[1].from_journal);
  EXPECT_EQ(statement_texts(plan->steps[0].items), Texts{"DROP TABLE b"});
  EXPECT_EQ(plan->steps[0].up_checksum, "");
  EXPECT_TRUE(plan->heads_after.empty());
}

// --- plans -------------------------------------------------------------------------------------------------------------------

TEST(BuildPlan, SaysWhatEachStepDoesToTheVersionRows) {
  History history;
  history.files = {table("a", "none"), table("b", "a"), table("c", "a"), table("m", "b c")};
  const auto up = history.plan(upgrade_to("head"));
  ASSERT_TRUE(up) << up.error().text();
  EXPECT_EQ(described(*up), (Texts{"up a", "up b", "up c", "up m"}));
  EXPECT_TRUE(up->steps[0].change.removed.empty());
  EXPECT_EQ(up->steps[0].change.added, Texts{"a"});
  EXPECT_EQ(up->steps[1].change.removed, Texts{"a"});
  EXPECT_TRUE(up->steps[2].change.removed.empty());
  EXPECT_EQ(up->steps[3].change.removed, (Texts{"b", "c"}));
  EXPECT_EQ(up->heads_after, Texts{"m"});
  for (const script::Script &script : history.files) history.apply(script);
  history.state.heads = {"m"};
  const auto down = history.plan(downgrade_to("b"));
  ASSERT_TRUE(down) << down.error().text();
  EXPECT_EQ(down->steps[0].change.removed, Texts{"m"});
  EXPECT_EQ(down->steps[0].change.added, (Texts{"b", "c"}));
  EXPECT_EQ(down->outcome, graph::WalkOutcome::Moves);
}

TEST(BuildPlan, HasNothingToDoAtTheTarget) {
  const auto plan = applied_chain().plan(upgrade_to("b"));
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->steps.empty());
  EXPECT_EQ(plan->outcome, graph::WalkOutcome::NothingToDo);
  EXPECT_EQ(plan->heads_before, Texts{"b"});
  EXPECT_EQ(plan->heads_after, Texts{"b"});
}

TEST(BuildPlan, RefusesARevisionWithoutASectionForThisDialect) {
  History history;
  history.files = {revision("a", "none", "-- migrate:up dialect:postgresql\none;\n")};
  EXPECT_REFUSED(
      history.plan(upgrade_to("head")), ErrorCode::InvalidRevisionFile,
      "m/a.sql: revision a has no up section for sqlite; add one (an empty `-- migrate:up dialect:sqlite` says there is "
      "nothing to do there)");
  history.files = {revision("a", "none", "-- migrate:up dialect:postgresql\none;\n-- migrate:up dialect:sqlite\n")};
  const auto plan = history.plan(upgrade_to("head"));
  ASSERT_TRUE(plan);
  EXPECT_EQ(described(plan->steps[0].units), Texts{"transaction: "});
}

TEST(BuildPlan, RefusesStepsWithoutAWayBack) {
  History history;
  const auto refused = [&](const std::string &sections) {
    history.files = {revision("a", "none", sections)};
    history.apply(history.files[0]);
    history.state.heads = {"a"};
    return history.plan(downgrade_to("base"));
  };
  EXPECT_REFUSED(
      refused("-- migrate:up\n"), ErrorCode::Irreversible,
      "m/a.sql: revision a has no down section for sqlite, so it cannot be taken back; write one, or restore a backup");
  EXPECT_REFUSED(
      refused("-- migrate:up\n-- migrate:down dialect:postgresql\n"), ErrorCode::Irreversible,
      "m/a.sql: revision a has no down section for sqlite, so it cannot be taken back; write one, or restore a backup");
  EXPECT_REFUSED(refused("-- migrate:up\n-- migrate:down irreversible\n"), ErrorCode::Irreversible,
                 "m/a.sql: revision a says that it cannot be taken back (down irreversible); restore a backup instead");
}

TEST(BuildPlan, RefusesAnEditedRevisionBeforeAnythingElse) {
  History history = applied_chain();
  history.state.latest["a"].up_checksum = "v1:other";
  const auto plan = history.plan(upgrade_to("head"));
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, ErrorCode::ChecksumMismatch);
}

// --- a step that is not whole --------------------------------------------------------------------------------------------------

const std::string kTwoBare = "-- migrate:assert SELECT 1\n-- migrate:up transaction:false\nVACUUM;\ntwo;\n"
                             "-- migrate:down transaction:false\nback;\nVACUUM;\n";

// a applied, b partial in this direction, c above it in the files.
History half_way(Direction direction, int done, bool begun = false) {
  History out;
  out.files = {table("a", "none"), revision("b", "a", kTwoBare), table("c", "b")};
  out.apply(out.files[0]);
  out.state.partial = partial_row(out.files[1], direction, done, begun);
  out.state.latest["b"] = *out.state.partial;
  out.state.heads = {"a"}; // up: not moved yet; down: moved with the first unit
  return out;
}

TEST(Partial, GoingUpIsFinishedFirst) {
  const auto plan = half_way(Direction::Up, 1).plan(upgrade_to("head"));
  ASSERT_TRUE(plan) << plan.error().text();
  EXPECT_EQ(described(*plan), (Texts{"up b", "up c"}));
  EXPECT_TRUE(plan->steps[0].resumes);
  EXPECT_EQ(described(plan->steps[0].units), Texts{"transaction: two"});
  EXPECT_EQ(plan->steps[0].change.removed, Texts{"a"});
  EXPECT_EQ(plan->steps[0].change.added, Texts{"b"});
  EXPECT_EQ(plan->steps[0].statements_total(), 2);
  EXPECT_FALSE(plan->steps[1].resumes);
}

TEST(Partial, GoingUpIsFinishedBeforeADowngrade) {
  const auto plan = half_way(Direction::Up, 1).plan(downgrade_to("base"));
  ASSERT_TRUE(plan) << plan.error().text();
  EXPECT_EQ(described(*plan), (Texts{"up b", "down b", "down a"}));
  EXPECT_TRUE(plan->steps[0].resumes);
  EXPECT_FALSE(plan->steps[1].resumes);
  EXPECT_TRUE(plan->heads_after.empty());
}

TEST(Partial, GoingDownIsFinishedBeforeAnUpgrade) {
  const auto plan = half_way(Direction::Down, 1).plan(upgrade_to("b"));
  ASSERT_TRUE(plan) << plan.error().text();
  EXPECT_EQ(described(*plan), (Texts{"down b", "up b"}));
  EXPECT_EQ(described(plan->steps[0].units), Texts{"bare: VACUUM"});
  EXPECT_TRUE(plan->steps[0].change.removed.empty()) << "its rows have moved already";
  EXPECT_TRUE(plan->steps[0].change.added.empty());
  EXPECT_EQ(plan->steps[1].change.added, Texts{"b"});
  EXPECT_EQ(plan->heads_after, Texts{"b"});
}

TEST(Partial, IsAMoveEvenWhenTheWalkHasNothingToDo) {
  const auto plan = half_way(Direction::Down, 1).plan(upgrade_to("a"));
  ASSERT_TRUE(plan) << plan.error().text();
  EXPECT_EQ(described(*plan), Texts{"down b"});
  EXPECT_EQ(plan->outcome, graph::WalkOutcome::Moves);
}

TEST(Partial, GoesOnAfterABareStatementInDoubtAndItsAsserts) {
  const auto plan = half_way(Direction::Up, 0, true).plan(upgrade_to("b"));
  ASSERT_TRUE(plan) << plan.error().text();
  EXPECT_EQ(described(plan->steps[0].units), (Texts{"bare: VACUUM", "transaction: two"}));
}

TEST(Partial, GoingUpNeedsItsFile) {
  History history = half_way(Direction::Up, 1);
  history.files = {history.files[0]};
  EXPECT_REFUSED(history.plan(upgrade_to("head")), ErrorCode::MissingRevision,
                 "revision b is partial (1 of 2 statements ran) and its file is not here; bring the file back to finish it, or "
                 "finish by hand and run: migrator stamp REVISION");
}

TEST(Partial, GoingDownIsFinishedFromTheJournal) {
  History history = half_way(Direction::Down, 1);
  history.stored_downs = by_revision({history.files[1]});
  history.files = {history.files[0]};
  const auto plan = history.plan(upgrade_to("a"));
  ASSERT_TRUE(plan) << plan.error().text();
  EXPECT_TRUE(plan->steps[0].from_journal);
  EXPECT_EQ(described(plan->steps[0].units), Texts{"bare: VACUUM"});
}

TEST(Partial, ItsStatementsDoneMustBeAsTheyWere) {
  History history = half_way(Direction::Up, 1);
  history.files[1] = revision("b", "a", "-- migrate:up transaction:false\nVACUUM other;\ntwo;\n");
  const std::string text = "m/b.sql: revision b is partial: 1 of its statements ran, and one of those was edited since; put them "
                           "back as they were (later ones may be edited), or finish by hand and run: migrator stamp REVISION";
  EXPECT_REFUSED(history.plan(upgrade_to("b")), ErrorCode::ChecksumMismatch, text);
  history.files[1] = revision("b", "a", "-- migrate:up transaction:false\n");
  EXPECT_REFUSED(history.plan(upgrade_to("b")), ErrorCode::ChecksumMismatch, text);
}

TEST(Partial, TheStatementInDoubtMustBeAsItWas) {
  History history = half_way(Direction::Up, 0, true);
  history.files[1] = revision("b", "a", "-- migrate:up transaction:false\nVACUUM other;\ntwo;\n");
  EXPECT_REFUSED(history.plan(upgrade_to("b")), ErrorCode::ChecksumMismatch,
                 "m/b.sql: revision b is partial: 1 of its statements ran, and one of those was edited since; put them back as "
                 "they were (later ones may be edited), or finish by hand and run: migrator stamp REVISION");
}

TEST(Partial, LaterStatementsMayBeEdited) {
  History history = half_way(Direction::Up, 1);
  history.files[1] = revision("b", "a", "-- migrate:up transaction:false\nVACUUM;\n-- migrate:up\nthree;\nfour;\n");
  const auto plan = history.plan(upgrade_to("b"));
  ASSERT_TRUE(plan) << plan.error().text();
  EXPECT_EQ(described(plan->steps[0].units), Texts{"transaction: three; four"});
}

TEST(Partial, ItsParentsMustBeAsTheyWere) {
  History history = half_way(Direction::Up, 1);
  history.files[1] = revision("b", "none", kTwoBare);
  EXPECT_REFUSED(
      history.plan(upgrade_to("b")), ErrorCode::ChecksumMismatch,
      "m/b.sql: revision b was applied with the parents a (depends on none), its file now says none (depends on none); "
      "put the header back as it was");
}

TEST(Partial, ADataSectionMustKeepItsName) {
  const auto file = [](const std::string &directive) {
    return revision("b", "none",
                    "-- migrate:assert SELECT 1\n-- migrate:up\n" + directive +
                        "\nUPDATE t SET a = 1 WHERE k > :from AND k <= :to;\n");
  };
  History history;
  history.files = {file("-- migrate:data name:fill table:t key:k")};
  history.state.partial = partial_row(history.files[0], Direction::Up, 0, true, "fill");
  history.state.latest["b"] = *history.state.partial;
  const auto plan = history.plan(upgrade_to("b"));
  ASSERT_TRUE(plan) << plan.error().text();
  EXPECT_EQ(plan->steps[0].units.size(), 1U);
  history.files = {file("-- migrate:data name:fill table:t key:k batch:7")};
  EXPECT_TRUE(history.plan(upgrade_to("b"))) << "the size of a batch may change";
  history.files = {file("-- migrate:data name:renamed table:t key:k")};
  EXPECT_REFUSED(history.plan(upgrade_to("b")), ErrorCode::ChecksumMismatch,
                 "m/b.sql: revision b is partial: it stopped in the data section fill, and that section's directive was edited "
                 "since; put it back as it was, or finish by hand and run: migrator stamp REVISION");
}

TEST(Partial, ABareStatementMustStayBare) {
  History history = half_way(Direction::Up, 0, true);
  history.files[1] =
      revision("b", "a", "-- migrate:up\n-- migrate:data name:n table:t key:k\nUPDATE t SET a = :from, b = :to;\n");
  history.state.partial = partial_row(history.files[1], Direction::Up, 0, true);
  history.state.latest["b"] = *history.state.partial;
  EXPECT_REFUSED(
      history.plan(upgrade_to("b")), ErrorCode::ChecksumMismatch,
      "m/b.sql: revision b is partial: it stopped in VACUUM, and that section's directive was edited since; put it back "
      "as it was, or finish by hand and run: migrator stamp REVISION");
}

// --- the way back of a failed run ------------------------------------------------------------------------------------------------

TEST(ReversePlan, TakesBackWhatWasCommittedNewestFirst) {
  History history;
  history.files = {table("a", "none"), table("b", "a"), table("c", "b")};
  const auto ran = history.plan(upgrade_to("head"));
  ASSERT_TRUE(ran);
  history.apply(history.files[0]);
  history.apply(history.files[1]);
  history.state.heads = {"b"};
  const auto map = history.map();
  ASSERT_TRUE(map);
  const auto back = reverse_plan(*map, *ran, 2, history.state, Dialect::Sqlite, LineDialect());
  ASSERT_TRUE(back) << back.error().text();
  EXPECT_EQ(described(*back), (Texts{"down b", "down a"}));
  EXPECT_EQ(statement_texts(back->steps[0].items), Texts{"DROP TABLE b"});
  EXPECT_EQ(back->steps[0].change.added, Texts{"a"});
  EXPECT_EQ(back->heads_before, Texts{"b"});
  EXPECT_TRUE(back->heads_after.empty());
  EXPECT_EQ(back->hash, plan_hash(*back));
  const auto nothing = reverse_plan(*map, *ran, 0, history.state, Dialect::Sqlite, LineDialect());
  ASSERT_TRUE(nothing);
  EXPECT_TRUE(nothing->steps.empty());
}

// --- what is lost ------------------------------------------------------------------------------------------------------------------

struct Loss {
  std::string name;
  std::string sql; // a statement a line
  Texts losses;
  Dialect dialect = Dialect::Postgresql;
};

class LossTest : public testing::TestWithParam<Loss> {};

TEST_P(LossTest, Names) {
  Plan plan;
  Step step;
  step.revision = "r";
  Result<std::vector<database::Statement>> split = LineDialect().split(script::SqlText{GetParam().sql, 1}, "m/r.sql");
  ASSERT_TRUE(split);
  for (database::Statement &statement : *split) step.items.push_back(StepItem{std::move(statement), nullptr});
  plan.steps.push_back(std::move(step));
  Texts wanted;
  for (const std::string &loss : GetParam().losses) wanted.push_back("revision r: " + loss);
  EXPECT_EQ(losses(plan, GetParam().dialect), wanted);
}

const std::string kCopy = "CREATE TABLE new_t (a);\nINSERT INTO new_t SELECT a FROM t;\n";

INSTANTIATE_TEST_SUITE_P(
    Danger, LossTest,
    testing::Values(
        Loss{"drop_table", "DROP TABLE orders;", {"DROP TABLE orders"}},
        Loss{"in_lower_case", "drop table if exists Orders cascade;", {"DROP TABLE Orders"}},
        Loss{"with_schema_and_quotes", "DROP TABLE shop.\"Big Orders\";", {"DROP TABLE shop.Big Orders"}},
        Loss{"several_tables", "DROP TABLE a, s.b, c CASCADE;", {"DROP TABLE a, s.b, c"}},
        Loss{"behind_a_comment", "/* keep */ DROP /* this */ TABLE a;", {"DROP TABLE a"}},
        Loss{"on_sqlite", "DROP TABLE [a b];", {"DROP TABLE a b"}, Dialect::Sqlite},
        Loss{"schema", "DROP SCHEMA s CASCADE;", {"DROP SCHEMA s"}}, Loss{"type", "DROP TYPE mood;", {"DROP TYPE mood"}},
        Loss{"sequence", "DROP SEQUENCE IF EXISTS ids;", {"DROP SEQUENCE ids"}},
        Loss{"materialized_view", "DROP MATERIALIZED VIEW v;", {"DROP MATERIALIZED VIEW v"}},
        Loss{"owned", "DROP OWNED BY anna;", {"DROP OWNED BY anna"}},
        Loss{"domain_with_its_columns", "DROP DOMAIN d CASCADE;", {"DROP DOMAIN d CASCADE"}},
        Loss{"truncate", "TRUNCATE a;\nTRUNCATE TABLE ONLY b, c RESTART IDENTITY;", {"TRUNCATE a", "TRUNCATE b, c"}},
        Loss{"delete_all",
             "DELETE FROM a;\ndelete from only b using c;",
             {"DELETE FROM a without WHERE", "DELETE FROM b without WHERE"}},
        Loss{"delete_all_in_a_query",
             "WITH x AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM x;",
             {"DELETE FROM a without WHERE"}},
        Loss{"columns",
             "ALTER TABLE a DROP COLUMN b;\nALTER TABLE IF EXISTS ONLY s.a DROP IF EXISTS \"C d\";",
             {"ALTER TABLE a DROP COLUMN b", "ALTER TABLE s.a DROP COLUMN C d"}},
        Loss{"several_columns",
             "ALTER TABLE a DROP b, ALTER c DROP NOT NULL, DROP COLUMN d CASCADE;",
             {"ALTER TABLE a DROP COLUMN b, d"}},
        Loss{
            "a_column_with_a_keyword_for_a_name", "ALTER TABLE a DROP \"constraint\";", {"ALTER TABLE a DROP COLUMN constraint"}},
        Loss{"attribute", "ALTER TYPE t DROP ATTRIBUTE a;", {"ALTER TYPE t DROP ATTRIBUTE a"}},
        Loss{"in_order", "DELETE FROM b;\nSELECT 1;\nDROP TABLE a;", {"DELETE FROM b without WHERE", "DROP TABLE a"}},
        Loss{"nothing_in_what_can_be_made_again",
             "DROP VIEW v;\nDROP INDEX i;\nDROP TRIGGER t ON a;\nDROP FUNCTION f();\nDROP DOMAIN d;\nDROP EXTENSION e;\n"
             "ALTER TABLE a DROP CONSTRAINT c;\nALTER TABLE a ALTER b DROP DEFAULT;\nALTER TABLE a ALTER b DROP NOT NULL;\n"
             "ALTER TABLE a ALTER b DROP IDENTITY;\nALTER TABLE a ALTER b DROP EXPRESSION;\nALTER TABLE a RENAME TO b;",
             {}},
        Loss{"nothing_in_a_delete_of_some", "DELETE FROM a WHERE b = 1;", {}},
        Loss{"nothing_in_literals", "SELECT 'DROP TABLE a', \"DROP\", $$ TRUNCATE b $$;", {}},
        Loss{"a_rebuild_is_none", kCopy + "DROP TABLE t;\nALTER TABLE new_t RENAME TO t;", {}, Dialect::Sqlite},
        Loss{"a_rebuild_with_quotes_is_none",
             "CREATE TABLE \"new_t\" AS SELECT * FROM T;\nDROP TABLE \"T\";\nALTER TABLE new_t RENAME TO [t];",
             {},
             Dialect::Sqlite},
        Loss{"a_rebuild_in_a_schema_is_none",
             "CREATE TABLE main.new_t (a);\nINSERT INTO main.new_t SELECT a FROM main.t;\nDROP TABLE main.t;\n"
             "ALTER TABLE main.new_t RENAME TO t;",
             {},
             Dialect::Sqlite},
        Loss{"a_rename_before_the_drop_is_no_rebuild",
             "ALTER TABLE t RENAME TO old_t;\nDROP TABLE old_t;",
             {"DROP TABLE old_t"},
             Dialect::Sqlite},
        Loss{"a_rebuild_without_the_rows",
             "CREATE TABLE new_t (a);\nDROP TABLE t;\nALTER TABLE new_t RENAME TO t;",
             {"DROP TABLE t"},
             Dialect::Sqlite},
        Loss{"a_rebuild_that_copies_too_late",
             "CREATE TABLE new_t (a);\nDROP TABLE t;\nALTER TABLE new_t RENAME TO t;\nINSERT INTO new_t SELECT a FROM t;",
             {"DROP TABLE t"},
             Dialect::Sqlite},
        Loss{"another_table_beside_a_rebuild",
             kCopy + "DROP TABLE u;\nDROP TABLE t;\nALTER TABLE new_t RENAME TO t;",
             {"DROP TABLE u"},
             Dialect::Sqlite},
        Loss{"a_renamed_column_is_no_rebuild",
             kCopy + "DROP TABLE t;\nALTER TABLE new_t RENAME COLUMN a TO t;",
             {"DROP TABLE t"},
             Dialect::Sqlite}),
    [](const auto &param_info) { return param_info.param.name; });

} // namespace
} // namespace migrator::plan
