#include "migrator/text/nearest.h"

#include <string>

#include <gtest/gtest.h>

namespace migrator::text {
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

TEST(Nearest, CountsNoCaseAndATypedBlank) {
  EXPECT_EQ(nearest("REVISION", {"revision"}), "revision");
  EXPECT_EQ(nearest("mesage ", {"message"}), "message");
  EXPECT_EQ(nearest("depend_on", {"down_revision", "depends_on"}), "depends_on");
  EXPECT_EQ(nearest("donw", {"down", "up"}), "down");
}

TEST(Nearest, SharesSomethingWithTheWord) {
  EXPECT_EQ(nearest("xy", {"up"}), "");
  EXPECT_EQ(nearest("x", {"y"}), "");
}

TEST(EditDistance, CountsEachSlipOnce) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", "abd"), 1U);
  EXPECT_EQ(edit_distance("abc", "acb"), 1U);
  EXPECT_EQ(edit_distance("abc", "ABC"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

} // namespace
} // namespace migrator::text
