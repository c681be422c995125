#include "migrator/report/printable.h"

#include <gtest/gtest.h>

namespace migrator::report {
namespace {

struct PrintableCase {
  std::string name;
  std::string text;
  std::string expected;
};

class Printable : public testing::TestWithParam<PrintableCase> {};
TEST_P(Printable, HasNothingThatActsOnATerminal) {
  EXPECT_EQ(printable(GetParam().text), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(
    Texts, Printable,
    testing::Values(PrintableCase{"Plain", "add users", "add users"},
                    PrintableCase{"Unicode", "größe → 漢字 🙂", "größe → 漢字 🙂"},
                    PrintableCase{"Escape", "a\x1b[31mb", "a [31mb"}, PrintableCase{"LineEnds", "a\r\nb\tc", "a  b c"},
                    PrintableCase{"Nul", std::string("a\0b", 3), "a b"}, PrintableCase{"Delete", "a\x7f", "a "},
                    PrintableCase{"EightBitEscape",
                                  "a\xc2\x9b"
                                  "31m",
                                  "a 31m"},
                    PrintableCase{"RightToLeft",
                                  "a\xe2\x80\xae"
                                  "b",
                                  "a b"},
                    PrintableCase{"Latin1",
                                  "gr\xf6\xdf"
                                  "e",
                                  "gr??e"},
                    PrintableCase{"CutShort", "a\xe2\x82", "a??"}, PrintableCase{"Overlong", "\xc0\xaf", "??"},
                    PrintableCase{"Surrogate", "\xed\xa0\x80", "???"}, PrintableCase{"TooLarge", "\xf4\x90\x80\x80", "????"}),
    [](const auto &given) { return given.param.name; });

TEST(PrintableLines, KeepsLineEndsAndTabs) {
  EXPECT_EQ(printable_lines("a\n\tb\x1b"
                            "c\r\n"),
            "a\n\tb c \n");
}

} // namespace
} // namespace migrator::report
