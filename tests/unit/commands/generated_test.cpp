#include "migrator/commands/generated.h"

#include <gtest/gtest.h>

#include "migrator/script/section_text.h"

namespace migrator::commands {

namespace {

using schema::Piece;

Piece piece(std::string sql, Piece::Place place = Piece::Place::Transaction) {
  return {place, std::move(sql), "", std::nullopt, ""};
}

Piece batch(std::string sql) {
  Piece made = piece(std::move(sql), Piece::Place::Data);
  made.batch = script::DataBatch{};
  made.batch->name = "fill";
  return made;
}

// Each section as it stands in the file, parted by an empty line.
std::string text(const std::vector<GeneratedWay> &ways) {
  std::string out;
  for (const script::Section &section : generated_sections(ways).sections) {
    script::append_section(out, section);
    out += "\n";
  }
  return out;
}

std::size_t sections(const std::vector<GeneratedWay> &ways) {
  return generated_sections(ways).sections.size();
}

GeneratedWay way(Dialect dialect, std::vector<Piece> up, std::vector<Piece> down) {
  return {dialect, std::move(up), std::move(down), {}, ""};
}

TEST(GeneratedSections, ARunOfPiecesOfOnePlaceIsOneSection) {
  const auto outside = Piece::Place::Outside;
  const GeneratedFile file = generated_sections(
      {way(Dialect::Postgresql, {piece("A"), piece("B"), piece("C", outside), piece("D", outside), batch("E"), piece("F")}, {})});
  ASSERT_EQ(file.sections.size(), 5U); // four up, an empty one down
  EXPECT_TRUE(file.sections[0].transaction);
  EXPECT_EQ(std::get<script::SqlText>(file.sections[0].items.front()).text, "A;\nB;");
  EXPECT_FALSE(file.sections[1].transaction);
  EXPECT_EQ(std::get<script::SqlText>(file.sections[1].items.front()).text, "C;\nD;");
  EXPECT_TRUE(file.sections[2].data);
  EXPECT_EQ(std::get<script::SqlText>(file.sections[3].items.front()).text, "F;");
  EXPECT_EQ(file.sections[4].direction, Direction::Down);
  EXPECT_TRUE(file.sections[4].items.empty());
  EXPECT_FALSE(file.down_irreversible);
}

TEST(GeneratedSections, ADataSectionIsNeverTheFirst) {
  const GeneratedFile file = generated_sections({way(Dialect::Sqlite, {batch("E")}, {piece("D")})});
  ASSERT_EQ(file.sections.size(), 3U);
  EXPECT_FALSE(file.sections[0].data);
  EXPECT_TRUE(file.sections[1].data);
}

TEST(GeneratedSections, SectionsThatAreAlikeStandOnceAndForBoth) {
  const std::vector<GeneratedWay> same = {way(Dialect::Sqlite, {piece("A")}, {piece("B")}),
                                          way(Dialect::Postgresql, {piece("A")}, {piece("C")})};
  const GeneratedFile file = generated_sections(same);
  ASSERT_EQ(file.sections.size(), 3U);
  EXPECT_EQ(file.sections[0].dialect, std::nullopt);
  EXPECT_EQ(file.sections[1].dialect, Dialect::Sqlite);
  EXPECT_EQ(file.sections[2].dialect, Dialect::Postgresql);
  EXPECT_EQ(sections({way(Dialect::Sqlite, {batch("A")}, {}), way(Dialect::Postgresql, {batch("A")}, {})}), 5U)
      << "batches are told for each, for their keys may differ";
}

TEST(GeneratedSections, ADialectWithNothingToDoSaysSo) {
  const GeneratedFile file =
      generated_sections({way(Dialect::Sqlite, {}, {}), way(Dialect::Postgresql, {piece("A")}, {piece("B")})});
  ASSERT_EQ(file.sections.size(), 4U);
  EXPECT_TRUE(file.sections[0].items.empty());
  EXPECT_EQ(file.sections[0].dialect, Dialect::Sqlite);
}

TEST(GeneratedSections, NoWayDownIsForTheFileOnlyWhereNoDialectHasOne) {
  GeneratedWay none = way(Dialect::Postgresql, {piece("A")}, {});
  none.irreversible = "no SQL can do it";
  EXPECT_TRUE(generated_sections({none}).down_irreversible);
  const GeneratedFile file = generated_sections({way(Dialect::Sqlite, {piece("A")}, {piece("B")}), none});
  EXPECT_FALSE(file.down_irreversible);
  ASSERT_EQ(file.sections.size(), 2U);
  EXPECT_EQ(file.sections[1].dialect, Dialect::Sqlite) << "a way down of one dialect is not for the other";
}

TEST(GeneratedSections, NotesCommentsAndAllowancesStandWhereTheyBelong) {
  Piece drop = piece("DROP TABLE t -- the old one");
  drop.note = "two\nlines";
  drop.allow = "drop_table";
  Piece again = drop;
  again.sql = "DROP TABLE u";
  const std::string made = text({way(Dialect::Sqlite, {drop, again}, {})});
  EXPECT_NE(made.find("-- two lines\nDROP TABLE t -- the old one\n;\n"), std::string::npos) << made;
  EXPECT_EQ(made.find("migrate:allow"), made.rfind("migrate:allow")) << made;
  EXPECT_NE(made.find("drop_table because two"), std::string::npos) << made;
}

} // namespace

} // namespace migrator::commands
