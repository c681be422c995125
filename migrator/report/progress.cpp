// See progress.h. One class a way of showing; the words come from progress_text.h.
#include "migrator/report/progress.h"

#include <cstdio>

#include "migrator/report/progress_text.h"
#include "migrator/report/terminal_bar.h"

namespace migrator::report {

namespace {

constexpr std::chrono::milliseconds kBetweenBars{100};
constexpr std::chrono::milliseconds kBetweenEvents{1000};

class NoProgress final : public Progress {
public:
  void step_started(const StepProgress &) override {}
  void rows_done(std::int64_t, std::int64_t) override {}
  void step_finished(const StepProgress &, std::chrono::milliseconds) override {}
  void step_failed(const StepProgress &) override {}
  void ended() override {}
};

class LineProgress final : public Progress {
public:
  explicit LineProgress(Output &output) : output_(output) {}
  void step_started(const StepProgress &) override {}
  void rows_done(std::int64_t, std::int64_t) override {}
  void step_finished(const StepProgress &step, std::chrono::milliseconds took) override {
    output_.line(step_line(step, took, output_.options().style));
  }
  void step_failed(const StepProgress &) override {}
  void ended() override {}

private:
  Output &output_;
};

class EventProgress final : public Progress {
public:
  EventProgress(Output &output, Elapsed elapsed)
      : output_(output), elapsed_(std::move(elapsed)), throttle_(elapsed_, kBetweenEvents) {}
  void step_started(const StepProgress &step) override {
    step_ = step;
    throttle_.restart();
    say("step_started", 0, 0, {});
  }
  void rows_done(std::int64_t done, std::int64_t estimate) override {
    if (throttle_.due()) say("step_progress", done, estimate, {});
  }
  void step_finished(const StepProgress &, std::chrono::milliseconds took) override { say("step_finished", 0, 0, took); }
  void step_failed(const StepProgress &) override { say("step_failed", 0, 0, {}); }
  void ended() override {}

private:
  void say(const char *event, std::int64_t rows, std::int64_t estimate, std::chrono::milliseconds took) {
    output_.line(progress_event(event, step_, rows, estimate, took));
    output_.flush();
  }

  Output &output_;
  Elapsed elapsed_;
  Throttle throttle_;
  StepProgress step_;
};

class BarProgress final : public Progress {
public:
  BarProgress(Output &output, Elapsed elapsed, std::FILE *err)
      : output_(output), bar_(err), elapsed_(std::move(elapsed)), throttle_(elapsed_, kBetweenBars) {}
  void step_started(const StepProgress &step) override {
    step_ = step;
    throttle_.restart();
    draw(0, 0);
  }
  void rows_done(std::int64_t done, std::int64_t estimate) override {
    if (throttle_.due()) draw(done, estimate);
  }
  void step_finished(const StepProgress &step, std::chrono::milliseconds took) override {
    bar_.clear();
    output_.line(step_line(step, took, output_.options().style));
    output_.flush();
  }
  void step_failed(const StepProgress &) override { bar_.clear(); }
  void ended() override { bar_.clear(); }

private:
  void draw(std::int64_t rows, std::int64_t estimate) {
    bar_.draw([&](std::size_t width) {
      return bar_line(step_, rows, estimate, throttle_.since_start(), output_.options().error_style, width);
    });
  }

  Output &output_;
  TerminalBar bar_;
  Elapsed elapsed_;
  Throttle throttle_;
  StepProgress step_;
};

} // namespace

std::unique_ptr<Progress> make_progress(Output &output, LogFormat log_format, Elapsed elapsed, std::FILE *err) {
  if (output.json() || output.options().quiet) return std::make_unique<NoProgress>();
  if (log_format == LogFormat::Json) return std::make_unique<EventProgress>(output, std::move(elapsed));
  if (output.options().error_terminal) return std::make_unique<BarProgress>(output, std::move(elapsed), err);
  return std::make_unique<LineProgress>(output);
}

} // namespace migrator::report
