// What every bar on a terminal needs: how often it is drawn, and the drawing. Private to report/.
#pragma once

#include <chrono>
#include <cstdio>
#include <functional>
#include <string>

#include "migrator/report/progress.h"

namespace migrator::report {

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

// The last line of a terminal's stderr; cleared before anything else is written.
class TerminalBar {
public:
  explicit TerminalBar(std::FILE *err) : err_(err) {}

  // `line` is asked for a text of at most so many columns.
  void draw(const std::function<std::string(std::size_t width)> &line);
  void clear();

private:
  std::FILE *err_;
  bool shown_ = false;
};

} // namespace migrator::report
