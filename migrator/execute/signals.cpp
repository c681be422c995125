#include "migrator/execute/signals.h"

#include <csignal>
#include <cstdint>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace migrator::execute {

namespace {

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

} // namespace

SignalWatcher::SignalWatcher(Stop &stop) : stop_(stop) {
  // A limit on the size of files is an error of the write that meets it; a reader of our output that goes away is none of a run's business.
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  const sigset_t set = watched();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = signalfd(-1, &set, SFD_CLOEXEC);
  deadline_ = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  quit_ = eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([this] { watch(); });
}

SignalWatcher::~SignalWatcher() {
  const std::uint64_t one = 1;
  while (write(quit_, &one, sizeof one) < 0) {
  }
  thread_.join();
  close(signals_);
  close(deadline_);
  close(quit_);
  const sigset_t set = watched();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void end_on_signals_as_first_process() {
  if (getpid() != 1) return;
  for (const int signal : {SIGTERM, SIGINT}) std::signal(signal, [](int) { _exit(exit_code(ErrorCode::Terminated)); });
}

void SignalWatcher::set_deadline(std::chrono::milliseconds from_now) {
  itimerspec when{};
  when.it_value.tv_sec = from_now.count() / 1000;
  when.it_value.tv_nsec = (from_now.count() % 1000) * 1'000'000;
  if (from_now.count() <= 0) when.it_value.tv_nsec = 1;
  timerfd_settime(deadline_, 0, &when, nullptr);
}

void SignalWatcher::watch() {
  pollfd waiting[] = {{quit_, POLLIN, 0}, {signals_, POLLIN, 0}, {deadline_, POLLIN, 0}};
  for (;;) {
    if (poll(waiting, 3, -1) < 0) continue;
    if ((waiting[0].revents & POLLIN) != 0) return;
    if ((waiting[1].revents & POLLIN) != 0) {
      signalfd_siginfo info{};
      if (read(signals_, &info, sizeof info) == sizeof info) stop_.request(ErrorCode::Terminated);
    }
    if ((waiting[2].revents & POLLIN) != 0) {
      std::uint64_t times = 0;
      if (read(deadline_, &times, sizeof times) == sizeof times) stop_.request(ErrorCode::RunTimeout);
    }
  }
}

} // namespace migrator::execute
