#include "migrator/text/ascii.h"

#include <gtest/gtest.h>

namespace migrator::text {
namespace {

TEST(Ascii, FoldsLettersAlone) {
  EXPECT_EQ(lower("AZ az @[`{ 09 É"), "az az @[`{ 09 É");
  EXPECT_EQ(upper("AZ az @[`{ 09 é"), "AZ AZ @[`{ 09 é");
}

TEST(Ascii, EveryByteThereAndBack) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    EXPECT_EQ(lower(c) != upper(c), letter) << byte;
    EXPECT_EQ(lower(upper(c)), lower(c)) << byte;
  }
}

} // namespace
} // namespace migrator::text
