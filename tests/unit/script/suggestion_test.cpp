#include "migrator/script/suggestion.h"

#include <gtest/gtest.h>

namespace migrator::script {
namespace {

TEST(Closest, WithinTwoEdits) {
  EXPECT_EQ(closest("revison", {"revision", "message"}), "revision");
  EXPECT_EQ(closest("REVISION", {"revision"}), "revision");
  EXPECT_EQ(closest("depend_on", {"down_revision", "depends_on"}), "depends_on");
  EXPECT_EQ(closest("mesage ", {"message"}), "message");
  EXPECT_EQ(closest("donw", {"down", "up"}), "down");
  EXPECT_EQ(closest("messages_x", {"message"}), "");
  EXPECT_EQ(closest("xy", {"up"}), "");
  EXPECT_EQ(closest("", {"up"}), "");
  EXPECT_EQ(closest(std::string(1000, 'a'), {"up"}), "");
}

TEST(Quoted, CutsAtACharacter) {
  EXPECT_EQ(in_backquotes("a"), "`a`");
  EXPECT_EQ(in_backquotes(std::string(60, 'a')), "`" + std::string(60, 'a') + "`");
  EXPECT_EQ(in_backquotes(std::string(59, 'a') + "éé"), "`" + std::string(59, 'a') + "…`");
}

} // namespace
} // namespace migrator::script
