#include "migrator/script/quoting.h"

#include <gtest/gtest.h>

namespace migrator::script {
namespace {

TEST(Quoted, CutsAtACharacter) {
  EXPECT_EQ(in_backquotes("a"), "`a`");
  EXPECT_EQ(in_backquotes(std::string(60, 'a')), "`" + std::string(60, 'a') + "`");
  EXPECT_EQ(in_backquotes(std::string(59, 'a') + "éé"), "`" + std::string(59, 'a') + "…`");
}

} // namespace
} // namespace migrator::script
