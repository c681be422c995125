#include "migrator/config/suggestion.h"

#include <gtest/gtest.h>

namespace migrator::config {
namespace {

TEST(NotADuration, SaysWhatToWrite) {
  EXPECT_EQ(not_a_duration("60"), "\"60\" is not a duration. Write a number with its unit, like 500ms, 60s, 2m or 1h30m.");
}

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
