// Turns SIGTERM, SIGINT and a deadline into a request on a Stop, from one thread of its own. The only place that touches signals.
#pragma once

#include <chrono>
#include <thread>

#include "migrator/execute/stop.h"

namespace migrator::execute {

// From construction on the two signals no longer kill the process, nor do SIGXFSZ and SIGPIPE, which stay ignored: the write that causes
// one fails instead. Make it before any other thread. At most one at a time.
class SignalWatcher {
public:
  explicit SignalWatcher(Stop &stop);
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher &) = delete;
  SignalWatcher &operator=(const SignalWatcher &) = delete;

  // Requests a stop with RunTimeout once this much time has passed from now.
  void set_deadline(std::chrono::milliseconds from_now);

private:
  void watch();

  Stop &stop_;
  int signals_ = -1;  // signalfd
  int deadline_ = -1; // timerfd
  int quit_ = -1;     // eventfd
  std::thread thread_;
};

// The kernel gives the first process of a container no default actions: without a handler SIGTERM and SIGINT would be lost on it, wherever no
// SignalWatcher is at work. From here on they end it at once, with 143, as they end any other process. Does nothing in any other process.
void end_on_signals_as_first_process();

} // namespace migrator::execute
