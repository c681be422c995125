#include "migrator/report/progress.h"

#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>

#include "migrator/report/progress_text.h"

namespace migrator::report {
namespace {

using std::chrono::milliseconds;

const Style kPlain{};
const StepProgress kStep{2, 5, "ae1027a6acf0", Direction::Up, "add users"};

TEST(StepLine, HasPlaceMessageAndSeconds) {
  EXPECT_EQ(step_line(kStep, milliseconds(123), kPlain), "[2/5] up ae1027a6acf0 add users (0.12 s)");
  EXPECT_EQ(step_line({1, 1, "x", Direction::Down, "a\nb"}, milliseconds(61'000), kPlain), "[1/1] down x a b (61.00 s)");
}

struct BarCase {
  std::string name;
  std::int64_t rows;
  std::int64_t estimate;
  milliseconds elapsed;
  Style style;
  std::size_t width;
  std::string expected;
};

class Bar : public testing::TestWithParam<BarCase> {};
TEST_P(Bar, ShowsRateAndTimeLeft) {
  const BarCase &bar = GetParam();
  EXPECT_EQ(bar_line(kStep, bar.rows, bar.estimate, bar.elapsed, bar.style, bar.width), bar.expected);
}
INSTANTIATE_TEST_SUITE_P(
    Lines, Bar,
    testing::Values(BarCase{"NoRows", 0, 1000, milliseconds(10), kPlain, 79, "[2/5] up ae1027a6acf0"},
                    BarCase{"Half", 12'000, 24'000, milliseconds(3000), kPlain, 100,
                            "[2/5] up ae1027a6acf0 ########........ 50% 12,000 rows, 4,000/s, 3 s left"},
                    BarCase{"Unicode",
                            4,
                            16,
                            milliseconds(1000),
                            {false, true},
                            100,
                            "[2/5] up ae1027a6acf0 ████░░░░░░░░░░░░ 25% 4 rows, 4/s, 3 s left"},
                    BarCase{"Minutes", 1, 601, milliseconds(1000), kPlain, 100,
                            "[2/5] up ae1027a6acf0 ................ 0% 1 rows, 1/s, 10 min left"},
                    BarCase{"Hours", 1, 7261, milliseconds(1000), kPlain, 100,
                            "[2/5] up ae1027a6acf0 ................ 0% 1 rows, 1/s, 2 h 1 min left"},
                    BarCase{"NoEstimate", 500, 0, milliseconds(1000), kPlain, 100, "[2/5] up ae1027a6acf0 500 rows, 500/s"},
                    BarCase{"EstimateTooSmall", 500, 100, milliseconds(1000), kPlain, 100,
                            "[2/5] up ae1027a6acf0 ################ 100% 500 rows, 500/s, 0 s left"},
                    BarCase{"NoTimeYet", 5, 10, milliseconds(0), kPlain, 100,
                            "[2/5] up ae1027a6acf0 ########........ 50% 5 rows"},
                    BarCase{"Narrow", 8, 16, milliseconds(1000), {false, true}, 30, "[2/5] up ae1027a6acf0 ████████"},
                    BarCase{"Billions", 5'000'000'000, 10'000'000'000, milliseconds(1'000'000), kPlain, 200,
                            "[2/5] up ae1027a6acf0 ########........ 50% 5,000,000,000 rows, 5,000,000/s, 17 min left"}),
    [](const auto &given) { return given.param.name; });

TEST(ProgressEvent, IsALineOfJson) {
  EXPECT_EQ(progress_event("step_started", kStep, 0, 0, {}),
            R"({"event":"step_started","step":2,"of":5,"revision":"ae1027a6acf0","direction":"up"})");
  EXPECT_EQ(progress_event("step_progress", kStep, 25, 100, {}),
            R"({"event":"step_progress","step":2,"of":5,"revision":"ae1027a6acf0","direction":"up","rows":25,"percent":25})");
  EXPECT_EQ(progress_event("step_finished", kStep, 0, 0, milliseconds(1500)),
            R"({"event":"step_finished","step":2,"of":5,"revision":"ae1027a6acf0","direction":"up","seconds":1.5})");
}

TEST(WithThousands, GroupsDigits) {
  EXPECT_EQ(with_thousands(0), "0");
  EXPECT_EQ(with_thousands(999), "999");
  EXPECT_EQ(with_thousands(1000), "1,000");
  EXPECT_EQ(with_thousands(-1234567), "-1,234,567");
}

// What a run of one step with rows leaves on both streams.
struct Shown {
  std::string out;
  std::string err;
};

Shown shown(OutputOptions options, LogFormat log_format) {
  char *out_text = nullptr, *err_text = nullptr;
  std::size_t out_size = 0, err_size = 0;
  std::FILE *out = ::open_memstream(&out_text, &out_size);
  std::FILE *err = ::open_memstream(&err_text, &err_size);
  {
    Output output(options, out, err);
    milliseconds now(0);
    const auto progress = make_progress(
        output, log_format, [&now] { return now; }, err);
    progress->step_started(kStep);
    progress->rows_done(1, 4);
    progress->rows_done(2, 4); // too soon after the one before
    now += milliseconds(2000);
    progress->rows_done(4, 4);
    progress->step_finished(kStep, milliseconds(2000));
    progress->ended();
  }
  std::fclose(out);
  std::fclose(err);
  Shown both{out_text, err_text};
  std::free(out_text);
  std::free(err_text);
  return both;
}

TEST(MakeProgress, LinesWithoutATerminal) {
  const Shown both = shown({}, LogFormat::Text);
  EXPECT_EQ(both.out, "[2/5] up ae1027a6acf0 add users (2.00 s)\n");
  EXPECT_EQ(both.err, "");
}

TEST(MakeProgress, ABarOnATerminalAboveTheLines) {
  OutputOptions options;
  options.error_terminal = true;
  const Shown both = shown(options, LogFormat::Text);
  EXPECT_EQ(both.out, "[2/5] up ae1027a6acf0 add users (2.00 s)\n");
  EXPECT_EQ(both.err, "\r[2/5] up ae1027a6acf0\x1b[K"
                      "\r[2/5] up ae1027a6acf0 ####............ 25% 1 rows\x1b[K"
                      "\r[2/5] up ae1027a6acf0 ################ 100% 4 rows, 2/s, 0 s left\x1b[K"
                      "\r\x1b[K");
}

TEST(MakeProgress, EventsInAPod) {
  const Shown both = shown({}, LogFormat::Json);
  EXPECT_EQ(both.out, R"({"event":"step_started","step":2,"of":5,"revision":"ae1027a6acf0","direction":"up"}
{"event":"step_progress","step":2,"of":5,"revision":"ae1027a6acf0","direction":"up","rows":1,"percent":25}
{"event":"step_progress","step":2,"of":5,"revision":"ae1027a6acf0","direction":"up","rows":4,"percent":100}
{"event":"step_finished","step":2,"of":5,"revision":"ae1027a6acf0","direction":"up","seconds":2.0}
)");
}

TEST(MakeProgress, NothingWithQuietOrADocument) {
  OutputOptions quiet;
  quiet.quiet = true;
  OutputOptions json;
  json.format = OutputFormat::Json;
  for (const OutputOptions &options : {quiet, json}) {
    const Shown both = shown(options, LogFormat::Json);
    EXPECT_EQ(both.out + both.err, "");
  }
}

} // namespace
} // namespace migrator::report
