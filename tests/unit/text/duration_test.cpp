#include "migrator/text/duration.h"

#include <gtest/gtest.h>

namespace migrator::text {
namespace {

using std::chrono::milliseconds;

struct DurationCase {
  std::string name;
  std::string text;
  std::optional<milliseconds> expected;
};

class Duration : public testing::TestWithParam<DurationCase> {};

TEST_P(Duration, IsRead) {
  EXPECT_EQ(parse_duration(GetParam().text), GetParam().expected);
}

TEST_P(Duration, SurvivesItsShortestSpelling) {
  const std::optional<milliseconds> duration = parse_duration(GetParam().text);
  EXPECT_EQ(parse_duration(to_text(duration.value_or(milliseconds(1)))), duration.value_or(milliseconds(1)));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, Duration,
    testing::Values(
        DurationCase{"Zero", "0", milliseconds(0)}, DurationCase{"ZeroSeconds", "0s", milliseconds(0)},
        DurationCase{"Milliseconds", "500ms", milliseconds(500)}, DurationCase{"Seconds", "60s", milliseconds(60'000)},
        DurationCase{"Minutes", "2m", milliseconds(120'000)}, DurationCase{"HoursAndMinutes", "1h30m", milliseconds(5'400'000)},
        DurationCase{"Everything", "1h1m1s1ms", milliseconds(3'661'001)},
        DurationCase{"TheLongest", "2147483647ms", milliseconds(2'147'483'647)},
        DurationCase{"OneTooLong", "2147483648ms", std::nullopt}, DurationCase{"TooLongInAll", "596h32m", std::nullopt},
        DurationCase{"Huge", "99999999999999999999s", std::nullopt}, DurationCase{"Empty", "", std::nullopt},
        DurationCase{"NoUnit", "60", std::nullopt}, DurationCase{"NoNumber", "s", std::nullopt},
        DurationCase{"Negative", "-1s", std::nullopt}, DurationCase{"Fraction", "1.5s", std::nullopt},
        DurationCase{"Blank", "1 s", std::nullopt}, DurationCase{"UnknownUnit", "3d", std::nullopt},
        DurationCase{"WrongOrder", "30m1h", std::nullopt}, DurationCase{"Twice", "1s1s", std::nullopt},
        DurationCase{"Upper", "1S", std::nullopt}, DurationCase{"Plus", "+1s", std::nullopt},
        DurationCase{"LongUnit", "1sec", std::nullopt}, DurationCase{"NumberLast", "1s2", std::nullopt},
        DurationCase{"HourTooMany", "597h", std::nullopt}, DurationCase{"LongestHours", "596h", milliseconds(2'145'600'000)}),
    [](const auto &given) { return given.param.name; });

TEST(Durations, AreWrittenInTheLargestUnitThatFits) {
  for (const auto *const text : {"0", "1ms", "1500ms", "2s", "90s", "1m", "1h", "596h", "2147483647ms"})
    EXPECT_EQ(to_text(*parse_duration(text)), text);
  EXPECT_EQ(to_text(milliseconds(60'000)), "1m");
}

} // namespace
} // namespace migrator::text
