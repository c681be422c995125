// See terminal_bar.h.
#include "migrator/report/terminal_bar.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace migrator::report {

void TerminalBar::draw(const std::function<std::string(std::size_t width)> &line) {
  winsize size{};
  const bool known = ::ioctl(::fileno(err_), TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  std::fprintf(err_, "\r%s\x1b[K", line(known ? size.ws_col - 1U : 79U).c_str());
  std::fflush(err_);
  shown_ = true;
}

void TerminalBar::clear() {
  if (!shown_) return;
  std::fputs("\r\x1b[K", err_);
  std::fflush(err_);
  shown_ = false;
}

} // namespace migrator::report
