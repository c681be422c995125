#include "migrator/config/suggestion.h"

#include <gtest/gtest.h>

namespace migrator::config {
namespace {

const std::vector<std::string_view> kWords{"upgrade", "downgrade", "migrate", "migrations", "heads", "history"};

struct NearCase {
  std::string name;
  std::string word;
  std::string_view expected;
};

class Nearest : public testing::TestWithParam<NearCase> {};

TEST_P(Nearest, IsFound) {
  EXPECT_EQ(nearest(GetParam().word, kWords), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Words, Nearest,
                         testing::Values(NearCase{"Missing", "upgade", "upgrade"}, NearCase{"Added", "headss", "heads"},
                                         NearCase{"Swapped", "hisotry", "history"}, NearCase{"Replaced", "migrute", "migrate"},
                                         NearCase{"Plural", "migration", "migrations"}, NearCase{"FarOff", "zebra", ""},
                                         NearCase{"Empty", "", ""}, NearCase{"VeryLong", std::string(10'000, 'h'), ""}),
                         [](const auto &given) { return given.param.name; });

TEST(Quoted, HoldsNoSecretAndNoControlCharacter) {
  EXPECT_EQ(in_quotes("plain"), "\"plain\"");
  EXPECT_EQ(in_quotes("label@head"), "\"label@head\"");
  EXPECT_EQ(in_quotes("a\x1b[31m\nb"), "\"a?[31m?b\"");
  EXPECT_EQ(in_quotes("postgresql://u:hunter2@h/d"), "(a connection string)");
  EXPECT_EQ(in_quotes("u:hunter2@host"), "(a connection string)");
  EXPECT_EQ(in_quotes("host=h PASSWORD=hunter2"), "(a connection string)");
}

TEST(Quoted, IsCutAtACharactersEnd) {
  EXPECT_EQ(in_quotes(std::string(60, 'x')), "\"" + std::string(60, 'x') + "\"");
  EXPECT_EQ(in_quotes(std::string(61, 'x')), "\"" + std::string(60, 'x') + "…\"");
  EXPECT_EQ(in_quotes(std::string(59, 'x') + "éé"), "\"" + std::string(59, 'x') + "…\"");
}

} // namespace
} // namespace migrator::config
