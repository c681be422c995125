#include "migrator/script/sections.h"

#include <gtest/gtest.h>

#include "migrator/script/parser.h"

namespace migrator::script {
namespace {

Script read(const std::string &sections) {
  return parse("-- migrate:revision a1\n-- migrate:down_revision none\n" + sections, "a.sql").value();
}

TEST(Sections, AreAdditiveAndInFileOrder) {
  const auto script = read("-- migrate:up\n-- migrate:down\n-- migrate:up dialect:sqlite\n-- migrate:up dialect:postgresql\n-- "
                           "migrate:down dialect:sqlite\n");
  const auto lines = [&](Direction direction, Dialect dialect) {
    std::vector<int> found;
    for (const auto *section : sections_for(script, direction, dialect)) found.push_back(section->line);
    return found;
  };
  EXPECT_EQ(lines(Direction::Up, Dialect::Sqlite), (std::vector<int>{3, 5}));
  EXPECT_EQ(lines(Direction::Up, Dialect::Postgresql), (std::vector<int>{3, 6}));
  EXPECT_EQ(lines(Direction::Down, Dialect::Sqlite), (std::vector<int>{4, 7}));
  EXPECT_EQ(lines(Direction::Down, Dialect::Postgresql), (std::vector<int>{4}));
}

TEST(Sections, NoDownSectionForTheDialectIsIrreversible) {
  EXPECT_TRUE(is_irreversible(read("-- migrate:up\n"), Dialect::Sqlite));
  EXPECT_TRUE(is_irreversible(read("-- migrate:down irreversible\n"), Dialect::Sqlite));
  EXPECT_FALSE(is_irreversible(read("-- migrate:down\n"), Dialect::Sqlite));
  EXPECT_FALSE(is_irreversible(read("-- migrate:down dialect:sqlite\n"), Dialect::Sqlite));
  EXPECT_TRUE(is_irreversible(read("-- migrate:down dialect:sqlite\n"), Dialect::Postgresql));
}

TEST(Sections, ARevisionNeedsAnUpSectionForTheDialect) {
  const auto script = read("-- migrate:up dialect:sqlite\n");
  EXPECT_TRUE(require_up_section(script, Dialect::Sqlite).has_value());
  const auto refused = require_up_section(script, Dialect::Postgresql);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().text(), "a.sql: revision a1 has no up section for postgresql: write `-- migrate:up` or `-- "
                                    "migrate:up dialect:postgresql`; left empty, "
                                    "it says that there is nothing to do");
  EXPECT_EQ(refused.error().code, ErrorCode::InvalidRevisionFile);
  EXPECT_EQ(refused.error().subject, std::vector<std::string>{"a1"});
}

} // namespace
} // namespace migrator::script
