// See progress.h. One class a way of showing; the words come from progress_text.h.
#include "migrator/report/progress.h"

#include <cstdio>

#include <sys/ioctl.h>
#include <unistd.h>

#include "migrator/report/progress_text.h"

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

// Says at most so often how far the rows are; a first call always may.
class Throttle {
public:
  Throttle(const Elapsed &elapsed, std::chrono::milliseconds between) : elapsed_(elapsed), between_(between) {}
  void restart() {
    started_ = elapsed_();
    next_ = started_;
  }
  bool due() {
    const std::chrono::milliseconds now = elapsed_();
    if (now < next_) return false;
    next_ = now + between_;
    return true;
  }
  std::chrono::milliseconds since_start() const { return elapsed_() - started_; }

private:
  const Elapsed &elapsed_;
  std::chrono::milliseconds between_;
  std::chrono::milliseconds started_{0};
  std::chrono::milliseconds next_{0};
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

// The bar is the last line of stderr; it goes away before anything else is written.
class BarProgress final : public Progress {
public:
  BarProgress(Output &output, Elapsed elapsed, std::FILE *err)
      : output_(output), err_(err), elapsed_(std::move(elapsed)), throttle_(elapsed_, kBetweenBars) {}
  void step_started(const StepProgress &step) override {
    step_ = step;
    throttle_.restart();
    draw(0, 0);
  }
  void rows_done(std::int64_t done, std::int64_t estimate) override {
    if (throttle_.due()) draw(done, estimate);
  }
  void step_finished(const StepProgress &step, std::chrono::milliseconds took) override {
    clear();
    output_.line(step_line(step, took, output_.options().style));
    output_.flush();
  }
  void step_failed(const StepProgress &) override { clear(); }
  void ended() override { clear(); }

private:
  void draw(std::int64_t rows, std::int64_t estimate) {
    winsize size{};
    const bool known = ::ioctl(::fileno(err_), TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    const std::size_t width = known ? size.ws_col - 1U : 79U;
    const std::string line = bar_line(step_, rows, estimate, throttle_.since_start(), output_.options().error_style, width);
    std::fprintf(err_, "\r%s\x1b[K", line.c_str());
    std::fflush(err_);
    shown_ = true;
  }
  void clear() {
    if (!shown_) return;
    std::fputs("\r\x1b[K", err_);
    std::fflush(err_);
    shown_ = false;
  }

  Output &output_;
  std::FILE *err_;
  Elapsed elapsed_;
  Throttle throttle_;
  StepProgress step_;
  bool shown_ = false;
};

} // namespace

std::unique_ptr<Progress> make_progress(Output &output, LogFormat log_format, Elapsed elapsed, std::FILE *err) {
  if (output.json() || output.options().quiet) return std::make_unique<NoProgress>();
  if (log_format == LogFormat::Json) return std::make_unique<EventProgress>(output, std::move(elapsed));
  if (output.options().error_terminal) return std::make_unique<BarProgress>(output, std::move(elapsed), err);
  return std::make_unique<LineProgress>(output);
}

} // namespace migrator::report
