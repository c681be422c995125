// What is written for one difference: the forms that spare tables in use, their order, what is lost and what is guessed. Needs no server.
#include <gtest/gtest.h>

#include "migrator/schema/postgresql/conversions.h"
#include "migrator/schema/postgresql/names.h"
#include "migrator/schema/render.h"

namespace migrator::schema::postgresql {
namespace {

ObjectId table_id(const std::string &name) {
  return {Kind::Table, "public", "", name};
}

Object column(const std::string &table, const std::string &name, const std::string &type, bool not_null = false) {
  Object made;
  made.id = {Kind::Column, "public", table, name};
  made.attributes[Attribute::Type] = {type};
  if (not_null) made.attributes[Attribute::NotNull] = {"true"};
  return made;
}

Object constraint(const std::string &name, const std::string &type, const std::string &definition, const Value &columns) {
  Object made;
  made.id = {Kind::Constraint, "public", "t", name};
  made.attributes[Attribute::ConstraintType] = {type};
  made.attributes[Attribute::Definition] = {definition};
  made.attributes[Attribute::Columns] = columns;
  for (const std::string &one : columns) made.needs.push_back({Kind::Column, "public", "t", one});
  return made;
}

Schema schema(std::vector<Object> objects) {
  Schema made;
  made.dialect = Dialect::Postgresql;
  made.objects = std::move(objects);
  Object table;
  table.id = table_id("t");
  made.objects.push_back(table);
  made.objects.push_back(column("t", "id", "integer", true));
  normalise(made);
  return made;
}

std::vector<std::string> lines(const Schema &from, const Schema &to) {
  std::vector<std::string> texts;
  const auto rendered = renderer(Dialect::Postgresql).render(from, to, {});
  if (!rendered) return {rendered.error().message};
  for (const Piece &piece : rendered->pieces)
    texts.push_back((piece.place == Piece::Place::Outside ? "outside "
                     : piece.place == Piece::Place::Data  ? "data "
                                                          : "") +
                    piece.sql);
  return texts;
}

using Lines = std::vector<std::string>;

TEST(Rendering, AnIndexOnATableInUseIsBuiltConcurrently) {
  Object index;
  index.id = {Kind::Index, "public", "t", "i"};
  index.attributes[Attribute::Definition] = {"btree (id) WHERE (id > 1)"};
  EXPECT_EQ(lines(schema({}), schema({index})),
            Lines{"outside CREATE INDEX CONCURRENTLY i ON public.t USING btree (id) WHERE (id > 1)"});
  EXPECT_EQ(lines(schema({index}), schema({})), Lines{"outside DROP INDEX CONCURRENTLY public.i"});
}

Object index_of_t(const std::string &name, const std::string &definition, const std::string &column = "id") {
  Object index;
  index.id = {Kind::Index, "public", "t", name};
  index.attributes[Attribute::Definition] = {definition};
  index.needs.push_back({Kind::Column, "public", "t", column});
  return index;
}

TEST(Rendering, AReplacedIndexGoesWhenItsSuccessorIsThere) {
  EXPECT_EQ(lines(schema({index_of_t("i", "btree (id)")}), schema({index_of_t("i", "hash (id)")})),
            (Lines{"outside CREATE INDEX CONCURRENTLY i_successor ON public.t USING hash (id)",
                   "outside DROP INDEX CONCURRENTLY public.i", "ALTER INDEX public.i_successor RENAME TO i"}));
}

TEST(Rendering, AnIndexOfAnotherNameIsBuiltBeforeTheOldOneGoes) {
  EXPECT_EQ(lines(schema({index_of_t("old", "btree (id)")}), schema({index_of_t("new", "btree (id)")})),
            (Lines{"outside CREATE INDEX CONCURRENTLY new ON public.t USING btree (id)",
                   "outside DROP INDEX CONCURRENTLY public.old"}));
}

TEST(Rendering, AnIndexOfAColumnThatGoesOrChangesIsDroppedWithIt) {
  const auto a = column("t", "a", "text");
  EXPECT_EQ(lines(schema({a, index_of_t("i", "btree (a)", "a")}), schema({})),
            (Lines{"DROP INDEX public.i", "ALTER TABLE public.t DROP COLUMN a"}));
  EXPECT_EQ(lines(schema({a, index_of_t("i", "btree (lower(a))", "a")}),
                  schema({column("t", "a", "integer"), index_of_t("i", "btree (a)", "a")})),
            (Lines{"DROP INDEX public.i", "ALTER TABLE public.t ALTER COLUMN a TYPE integer USING a::text::integer",
                   "outside CREATE INDEX CONCURRENTLY i ON public.t USING btree (a)"}));
}

TEST(Rendering, AReplacedKeyGoesWhenTheIndexOfItsSuccessorIsThere) {
  EXPECT_EQ(
      lines(schema({column("t", "b", "text"), constraint("k", "unique", "UNIQUE (id)", {"id"})}),
            schema({column("t", "b", "text"), constraint("k", "unique", "UNIQUE (id, b)", {"id", "b"})})),
      (Lines{"outside CREATE UNIQUE INDEX CONCURRENTLY k_successor ON public.t (id, b)", "ALTER TABLE public.t DROP CONSTRAINT k",
             "ALTER TABLE public.t ADD CONSTRAINT k UNIQUE USING INDEX k_successor"}));
}

TEST(Rendering, NamesForAWhileAreShortEnoughAndWhole) {
  EXPECT_EQ(beside("i", "_successor"), "i_successor");
  const std::string umlauts = "aüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü"; // 63 bytes
  const std::string made = beside(umlauts, "_successor");
  EXPECT_LE(made.size(), 63U);
  EXPECT_EQ(made.substr(0, 44), umlauts.substr(0, 43) + "_");
  EXPECT_NE(made, beside(umlauts.substr(0, 61) + "ö", "_successor"));
}

TEST(Rendering, AFunctionWhoseNameHasABracketIsQuotedToItsEnd) {
  EXPECT_EQ(qualified({Kind::Function, "public", "", "f(integer)"}), "public.f(integer)");
  EXPECT_EQ(qualified({Kind::Function, "public", "", "\"f(x) \"\"y\"(integer)"}), "public.\"f(x) \"\"y\"(integer)");
}

TEST(Rendering, AKeyIsBuiltAsAnIndexFirst) {
  const auto key = constraint("k", "unique", "UNIQUE NULLS NOT DISTINCT (id) INCLUDE (b) DEFERRABLE INITIALLY DEFERRED", {"id"});
  EXPECT_EQ(lines(schema({column("t", "b", "text")}), schema({column("t", "b", "text"), key})),
            (Lines{"outside CREATE UNIQUE INDEX CONCURRENTLY k ON public.t (id) INCLUDE (b) NULLS NOT DISTINCT",
                   "ALTER TABLE public.t ADD CONSTRAINT k UNIQUE USING INDEX k DEFERRABLE INITIALLY DEFERRED"}));
}

TEST(Rendering, ACheckIsValidatedApart) {
  EXPECT_EQ(lines(schema({}), schema({constraint("k", "check", "CHECK ((id > 0))", {"id"})})),
            (Lines{"ALTER TABLE public.t ADD CONSTRAINT k CHECK ((id > 0)) NOT VALID",
                   "outside ALTER TABLE public.t VALIDATE CONSTRAINT k"}));
}

TEST(Rendering, ANewColumnThatMustBeGivenIsFilledInBatchesByThePrimaryKey) {
  const auto key = constraint("p", "primary key", "PRIMARY KEY (id)", {"id"});
  const auto rendered = renderer(Dialect::Postgresql).render(schema({key}), schema({key, column("t", "Name", "text", true)}), {});
  ASSERT_EQ(rendered->pieces.size(), 6U);
  EXPECT_EQ(rendered->pieces[0].sql, "ALTER TABLE public.t ADD COLUMN \"Name\" text");
  const Piece &data = rendered->pieces[1];
  EXPECT_EQ(data.place, Piece::Place::Data);
  EXPECT_EQ(data.sql, "UPDATE public.t SET \"Name\" = '' WHERE \"Name\" IS NULL AND id > :from AND id <= :to");
  EXPECT_EQ(data.batch->name, "fill_t_Name");
  EXPECT_EQ(data.batch->key, "id");
  EXPECT_NE(data.note.find("a guess"), std::string::npos);
  EXPECT_EQ(rendered->pieces[3].sql, "ALTER TABLE public.t VALIDATE CONSTRAINT \"t_Name_is_given\"");
  EXPECT_EQ(rendered->pieces[4].sql, "ALTER TABLE public.t ALTER COLUMN \"Name\" SET NOT NULL");
}

std::optional<std::string> batch_key_of(const std::string &name) {
  const std::vector<Object> before{column("t", name, "integer", true), constraint("p", "primary key", "PRIMARY KEY", {name})};
  std::vector<Object> after = before;
  after.push_back(column("t", "n", "integer", true));
  const auto rendered = renderer(Dialect::Postgresql).render(schema(before), schema(after), {});
  for (const Piece &piece : rendered->pieces)
    if (piece.batch) return piece.batch->key;
  return std::nullopt;
}

TEST(Rendering, TheKeyOfBatchesIsQuotedAndNotUsedWhereNoDirectiveHoldsIt) {
  EXPECT_EQ(batch_key_of("Id"), "\"Id\"");
  EXPECT_EQ(batch_key_of("my k.\"d\""), "\"my k.\"\"d\"\"\"");
  EXPECT_EQ(batch_key_of("\"k"), std::nullopt);
  EXPECT_EQ(batch_key_of("k\nk"), std::nullopt);
}

Object trigger_of_t(const std::string &definition, const std::string &enabled = "") {
  Object made;
  made.id = {Kind::Trigger, "public", "t", "g"};
  made.attributes[Attribute::Definition] = {definition};
  if (!enabled.empty()) made.attributes[Attribute::Enabled] = {enabled};
  return made;
}

bool is_batched_beside(const Object &trigger) {
  const auto key = constraint("p", "primary key", "PRIMARY KEY (id)", {"id"});
  const auto rendered =
      renderer(Dialect::Postgresql).render(schema({key, trigger}), schema({key, trigger, column("t", "n", "integer", true)}), {});
  return std::any_of(rendered->pieces.begin(), rendered->pieces.end(),
                     [](const Piece &piece) { return piece.batch.has_value(); });
}

TEST(Rendering, ATableWhoseTriggersAnUpdateFiresIsNotFilledInBatches) {
  const std::string rest = " ON public.t FOR EACH ROW EXECUTE FUNCTION public.f()";
  EXPECT_FALSE(is_batched_beside(trigger_of_t("CREATE TRIGGER g BEFORE INSERT OR UPDATE" + rest)));
  EXPECT_FALSE(is_batched_beside(trigger_of_t("CREATE CONSTRAINT TRIGGER \"a \"\"b\" AFTER UPDATE" + rest, "always")));
  EXPECT_TRUE(is_batched_beside(trigger_of_t("CREATE TRIGGER g BEFORE UPDATE" + rest, "disabled")));
  EXPECT_TRUE(is_batched_beside(trigger_of_t("CREATE TRIGGER g BEFORE UPDATE" + rest, "replica")));
  EXPECT_TRUE(is_batched_beside(trigger_of_t("CREATE TRIGGER g BEFORE INSERT OR UPDATE OF id" + rest)));
  EXPECT_TRUE(is_batched_beside(trigger_of_t("CREATE TRIGGER update BEFORE INSERT OR DELETE" + rest)));
}

TEST(Rendering, WithoutAnUpdateANewColumnHasItsValueAsADefaultForAMoment) {
  const auto trigger = trigger_of_t("CREATE TRIGGER g BEFORE UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION public.f()");
  const auto rendered =
      renderer(Dialect::Postgresql).render(schema({trigger}), schema({trigger, column("t", "n", "integer", true)}), {});
  ASSERT_EQ(rendered->pieces.size(), 2U);
  EXPECT_EQ(rendered->pieces[0].sql, "ALTER TABLE public.t ADD COLUMN n integer DEFAULT 0 NOT NULL");
  EXPECT_NE(rendered->pieces[0].note.find("would fire the triggers"), std::string::npos);
  EXPECT_EQ(rendered->pieces[1].sql, "ALTER TABLE public.t ALTER COLUMN n DROP DEFAULT");
}

TEST(Rendering, RulesThatRewriteAnUpdateAreOffOrDoneWithout) {
  const auto key = constraint("p", "primary key", "PRIMARY KEY (id)", {"id"});
  const auto ruled = [&](std::vector<Object> objects) {
    Schema made = schema(std::move(objects));
    for (Object &object : made.objects)
      if (object.id == table_id("t")) object.attributes[Attribute::Rules] = {"ENABLE ALWAYS RULE \"R\""};
    return made;
  };
  const auto unique = constraint("u", "unique", "UNIQUE (n)", {"n"});
  const auto rendered =
      renderer(Dialect::Postgresql).render(ruled({key}), ruled({key, unique, column("t", "n", "integer", true)}), {});
  std::vector<std::string> rules;
  for (const Piece &piece : rendered->pieces) {
    EXPECT_FALSE(piece.batch);
    if (piece.sql.find(" RULE ") != std::string::npos) rules.push_back(piece.sql);
    if (piece.place == Piece::Place::Outside && piece.sql.empty()) rules.push_back(piece.note);
  }
  EXPECT_EQ(rules, (Lines{"the rules of the table are off while rows get their values: on again in the same transaction",
                          "ALTER TABLE public.t DISABLE RULE \"R\"", "ALTER TABLE public.t ENABLE ALWAYS RULE \"R\""}));
  const auto plain = renderer(Dialect::Postgresql).render(ruled({key}), ruled({key, column("t", "n", "integer", true)}), {});
  ASSERT_EQ(plain->pieces.size(), 2U);
  EXPECT_EQ(plain->pieces[0].note, "a guess: rows that are there get 0 as n; put in what they should have; as a default for a "
                                   "moment, for an UPDATE would fire the rules of the table");
}

TEST(Rendering, WithoutAKeyANewColumnIsFilledAtOnce) {
  EXPECT_EQ(lines(schema({}), schema({column("t", "n", "integer", true)})).at(1), "UPDATE public.t SET n = 0 WHERE n IS NULL");
}

TEST(Rendering, WhatIsDroppedIsNamedAsLost) {
  const auto rendered = renderer(Dialect::Postgresql).render(schema({column("t", "b", "text")}), schema({}), {});
  ASSERT_EQ(rendered->pieces.size(), 1U);
  EXPECT_EQ(rendered->pieces[0].allow, "drop_column");
  EXPECT_EQ(rendered->losses, Lines{"column t.b"});
  const auto all = renderer(Dialect::Postgresql).render(schema({}), {Dialect::Postgresql, {}, {}}, {});
  ASSERT_EQ(all->pieces.size(), 1U);
  EXPECT_EQ(all->pieces[0].allow, "drop_table");
  EXPECT_EQ(all->losses, Lines{"rows of table t"});
}

TEST(Rendering, ATypeThatDoesNotConvertItselfGoesByItsText) {
  EXPECT_EQ(lines(schema({column("t", "b", "text")}), schema({column("t", "b", "integer")})),
            Lines{"ALTER TABLE public.t ALTER COLUMN b TYPE integer USING b::text::integer"});
  EXPECT_EQ(lines(schema({column("t", "b", "integer")}), schema({column("t", "b", "bigint")})),
            Lines{"ALTER TABLE public.t ALTER COLUMN b TYPE bigint"});
  EXPECT_TRUE(converts_itself("character varying(20)", "text"));
  EXPECT_FALSE(converts_itself("text", "date"));
}

TEST(Rendering, LabelsAreAddedInTheirPlacesOutsideATransaction) {
  Object mood;
  mood.id = {Kind::Enum, "public", "", "mood"};
  mood.attributes[Attribute::Labels] = {"b", "d"};
  Object more = mood;
  more.attributes[Attribute::Labels] = {"a", "b", "c's", "d", "e"};
  EXPECT_EQ(lines(schema({mood}), schema({more})), (Lines{"outside ALTER TYPE public.mood ADD VALUE 'a' BEFORE 'b'",
                                                          "outside ALTER TYPE public.mood ADD VALUE 'c''s' AFTER 'b'",
                                                          "outside ALTER TYPE public.mood ADD VALUE 'e' AFTER 'd'"}));
}

TEST(Rendering, NamesAreQuotedWhereTheyMustBe) {
  EXPECT_EQ(quote_name("plain_1"), "plain_1");
  EXPECT_EQ(quote_name("Mixed"), "\"Mixed\"");
  EXPECT_EQ(quote_name("select"), "\"select\"");
  EXPECT_EQ(quote_name("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(quote_name("1a"), "\"1a\"");
  EXPECT_EQ(literal("it's \\ "), "E'it''s \\\\ '");
}

TEST(Rendering, RenamesAreSaidInOrder) {
  const auto pieces =
      renderer(Dialect::Postgresql)
          .rename({{{Kind::Column, "public", "t", "c"}, "d"}, {table_id("t"), "u"}, {{Kind::Index, "public", "u", "i"}, "B"}});
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[0].sql, "ALTER TABLE public.t RENAME COLUMN c TO d");
  EXPECT_EQ(pieces[1].sql, "ALTER TABLE public.t RENAME TO u");
  EXPECT_EQ(pieces[2].sql, "ALTER INDEX public.i RENAME TO \"B\"");
}

} // namespace
} // namespace migrator::schema::postgresql
