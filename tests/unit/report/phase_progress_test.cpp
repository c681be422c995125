// How backups show that they move.
#include <cstdlib>

#include <gtest/gtest.h>

#include "migrator/report/phase_progress.h"
#include "migrator/report/phase_text.h"

namespace migrator::report {
namespace {

using std::chrono::milliseconds;

const Style kPlain{false, false};

TEST(PhaseText, ALineHasBarRateAndTimeLeft) {
  EXPECT_EQ(phase_line({Phase::Dump, 500'000'000, 1'000'000'000}, milliseconds(2000), kPlain, 100),
            "dumping ########........ 50% 500.0 MB, 250.0 MB/s, 2 s left");
  EXPECT_EQ(phase_line({Phase::Dump, 500'000'000, 0}, milliseconds(2000), kPlain, 100), "dumping 500.0 MB, 250.0 MB/s");
  EXPECT_EQ(phase_line({Phase::Compare, 12'000, 24'000}, milliseconds(1000), kPlain, 100),
            "comparing ########........ 50% 12,000 rows, 12,000/s, 1 s left");
  EXPECT_EQ(phase_line({Phase::Hash, 0, 10}, milliseconds(0), kPlain, 100), "hashing");
  EXPECT_EQ(phase_line({Phase::Prove, 20, 10}, milliseconds(0), kPlain, 12), "proving ####");
}

TEST(PhaseText, ASentenceForALog) {
  EXPECT_EQ(phase_sentence({Phase::Dump, 500'000'000, 1'000'000'000}), "taking the backup: 500.0 MB, 50 %");
  EXPECT_EQ(phase_sentence({Phase::Compare, 1200, 0}), "comparing: 1,200 rows");
}

TEST(PhaseText, AnEventForPrograms) {
  EXPECT_EQ(phase_event({Phase::Dump, 5, 10}), R"({"event":"backup_progress","phase":"dump","bytes":5,"percent":50})");
  EXPECT_EQ(phase_event({Phase::Compare, 5, 0}), R"({"event":"backup_progress","phase":"compare","rows":5})");
  EXPECT_EQ(phase_event({Phase::Hash, 20, 10}), R"({"event":"backup_progress","phase":"hash","bytes":20,"percent":100})");
}

struct Shown {
  std::string out, err;
};

Shown shown(OutputOptions options, LogFormat log_format) {
  char *out_text = nullptr, *err_text = nullptr;
  std::size_t out_size = 0, err_size = 0;
  std::FILE *out = ::open_memstream(&out_text, &out_size), *err = ::open_memstream(&err_text, &err_size);
  {
    Output output(options, out, err);
    milliseconds now(0);
    const auto progress = make_phase_progress(
        output, log_format, [&now] { return now; }, err);
    progress->progressed({Phase::Dump, 1, 4});
    progress->progressed({Phase::Dump, 2, 4}); // too soon after the one before
    now += milliseconds(1000);
    progress->progressed({Phase::Dump, 4, 4});
    progress->progressed({Phase::Hash, 1, 4}); // another phase is shown at once
    progress->ended();
  }
  std::fclose(out);
  std::fclose(err);
  Shown both{out_text, err_text};
  std::free(out_text);
  std::free(err_text);
  return both;
}

TEST(MakePhaseProgress, ABarOnATerminalThatIsTakenAway) {
  OutputOptions options;
  options.error_terminal = true;
  const Shown both = shown(options, LogFormat::Text);
  EXPECT_EQ(both.out, "");
  EXPECT_EQ(both.err, "\rdumping ####............ 25% 1 B\x1b[K\rdumping ################ 100% 4 B, 4 B/s, 0 s left\x1b[K"
                      "\rhashing ####............ 25% 1 B\x1b[K\r\x1b[K");
}

TEST(MakePhaseProgress, EventsForPrograms) {
  const Shown both = shown({}, LogFormat::Json);
  EXPECT_EQ(both.out, "{\"event\":\"backup_progress\",\"phase\":\"dump\",\"bytes\":1,\"percent\":25}\n"
                      "{\"event\":\"backup_progress\",\"phase\":\"dump\",\"bytes\":4,\"percent\":100}\n"
                      "{\"event\":\"backup_progress\",\"phase\":\"hash\",\"bytes\":1,\"percent\":25}\n");
  EXPECT_EQ(both.err, "");
}

TEST(MakePhaseProgress, NothingWithoutATerminalWithQuietAndWithADocument) {
  OutputOptions quiet, json;
  quiet.quiet = quiet.error_terminal = true;
  json.format = OutputFormat::Json;
  for (const OutputOptions &options : {OutputOptions(), quiet, json}) {
    const Shown both = shown(options, LogFormat::Text);
    EXPECT_EQ(both.out + both.err, "");
  }
}

} // namespace
} // namespace migrator::report
