// Lines out of pieces.
#include "operator/kube/line_framer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace controller::kube {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(LineFramer, CutsAnywhereGiveTheSameLines) {
  const std::string text = "one\n\ntwo\r\n\n\r\nthree\nfour";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    LineFramer framer;
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size(); begin += size) ASSERT_TRUE(framer.feed(text.substr(begin, size), lines));
    EXPECT_THAT(lines, ElementsAre("one", "two", "three")) << size;
    EXPECT_EQ(framer.finish(), "four");
    EXPECT_EQ(framer.finish(), "");
  }
}

TEST(LineFramer, ALineOfTheLongestLengthFitsAndNoLonger) {
  LineFramer framer(4);
  std::vector<std::string> lines;
  EXPECT_TRUE(framer.feed("1234\n12", lines));
  EXPECT_TRUE(framer.feed("34", lines));
  EXPECT_TRUE(framer.feed("\n", lines));
  EXPECT_THAT(lines, ElementsAre("1234", "1234"));
  EXPECT_FALSE(framer.feed("12345\n", lines));
}

TEST(LineFramer, LinesBeforeTheOneThatIsTooLongAreGiven) {
  LineFramer framer(4);
  std::vector<std::string> lines;
  EXPECT_FALSE(framer.feed("a\nb\n12345", lines));
  EXPECT_THAT(lines, ElementsAre("a", "b"));
}

TEST(LineFramer, NothingGivesNothing) {
  LineFramer framer;
  std::vector<std::string> lines;
  EXPECT_TRUE(framer.feed("", lines));
  EXPECT_THAT(lines, IsEmpty());
  EXPECT_EQ(framer.finish(), "");
}

} // namespace
} // namespace controller::kube
