// See phase_progress.h. One class a way of showing; the words come from phase_text.h.
#include "migrator/report/phase_progress.h"

#include <optional>

#include "migrator/report/phase_text.h"
#include "migrator/report/terminal_bar.h"

namespace migrator::report {

namespace {

constexpr std::chrono::milliseconds kBetweenBars{100};
constexpr std::chrono::milliseconds kBetweenEvents{1000};

class NoPhaseProgress final : public PhaseProgress {
public:
  void progressed(const PhaseState &) override {}
  void ended() override {}
};

// Shows the first word of a phase at once, and the others as often as it may.
class ThrottledPhases : public PhaseProgress {
public:
  ThrottledPhases(Elapsed elapsed, std::chrono::milliseconds between)
      : elapsed_(std::move(elapsed)), throttle_(elapsed_, between) {}

  void progressed(const PhaseState &state) override {
    if (phase_ != state.phase) {
      phase_ = state.phase;
      throttle_.restart();
    }
    if (throttle_.due()) show(state, throttle_.since_start());
  }

protected:
  virtual void show(const PhaseState &state, std::chrono::milliseconds since_start) = 0;

private:
  Elapsed elapsed_;
  Throttle throttle_;
  std::optional<Phase> phase_;
};

class EventPhases final : public ThrottledPhases {
public:
  EventPhases(Output &output, Elapsed elapsed) : ThrottledPhases(std::move(elapsed), kBetweenEvents), output_(output) {}
  void ended() override {}

private:
  void show(const PhaseState &state, std::chrono::milliseconds) override {
    output_.line(phase_event(state));
    output_.flush();
  }

  Output &output_;
};

class BarPhases final : public ThrottledPhases {
public:
  BarPhases(Output &output, Elapsed elapsed, std::FILE *err)
      : ThrottledPhases(std::move(elapsed), kBetweenBars), output_(output), bar_(err) {}
  void ended() override { bar_.clear(); }

private:
  void show(const PhaseState &state, std::chrono::milliseconds since_start) override {
    bar_.draw([&](std::size_t width) { return phase_line(state, since_start, output_.options().error_style, width); });
  }

  Output &output_;
  TerminalBar bar_;
};

} // namespace

std::unique_ptr<PhaseProgress> make_phase_progress(Output &output, LogFormat log_format, Elapsed elapsed, std::FILE *err) {
  if (output.json() || output.options().quiet) return std::make_unique<NoPhaseProgress>();
  if (log_format == LogFormat::Json) return std::make_unique<EventPhases>(output, std::move(elapsed));
  if (output.options().error_terminal) return std::make_unique<BarPhases>(output, std::move(elapsed), err);
  return std::make_unique<NoPhaseProgress>();
}

} // namespace migrator::report
