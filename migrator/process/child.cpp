// See child.h. One thread reads, writes and waits, and looks after stderr meanwhile; kill() only signals and wakes it.
#include "migrator/process/child.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "migrator/process/launch.h"
#include "migrator/report/printable.h"

namespace migrator::process {

namespace {

using Clock = std::chrono::steady_clock;
using Until = std::optional<Clock::time_point>;

constexpr std::size_t kPiece = 64 * 1024;        // bytes of stdout at once
constexpr std::size_t kKeptErrors = 8 * 1024;    // bytes of stderr
constexpr int kUnknownEnd = 255;                 // the exit code if it cannot be told: never taken for success
constexpr std::chrono::seconds kGrace{10};       // between SIGTERM and SIGKILL
constexpr std::chrono::milliseconds kAsked{100}; // how often run() asks whether it must end
constexpr std::chrono::milliseconds kTick{50};   // where there is no pidfd to wait for

// While one lives, a write to a pipe that nobody reads fails, and no SIGPIPE comes of it. For this thread.
class NoBrokenPipeSignal {
public:
  NoBrokenPipeSignal() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    ::sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoBrokenPipeSignal() {
    const timespec now{};
    while (!was_pending_ && ::sigtimedwait(&pipe_, nullptr, &now) < 0 && errno == EINTR) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipeSignal(const NoBrokenPipeSignal &) = delete;
  NoBrokenPipeSignal &operator=(const NoBrokenPipeSignal &) = delete;

private:
  sigset_t pipe_{}, before_{};
  bool was_pending_ = false;
};

// By its number: glibc 2.36 declares pidfd_open() without C linkage. -1 where the kernel has none.
int pidfd_of(pid_t id) {
  return static_cast<int>(::syscall(SYS_pidfd_open, id, 0));
}

// Control characters out; not cut in the middle of a character.
std::string kept(std::string errors) {
  std::size_t begin = errors.size() > kKeptErrors ? errors.size() - kKeptErrors : 0;
  while (begin > 0 && begin < errors.size() && (static_cast<unsigned char>(errors[begin]) & 0xC0U) == 0x80U) ++begin;
  std::string text = report::printable_lines(std::string_view(errors).substr(begin));
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

} // namespace

class Child::Implementation {
public:
  explicit Implementation(Launched launched)
      : id_(launched.id), input_(std::move(launched.input)), output_(std::move(launched.output)),
        errors_(std::move(launched.errors)), ended_(pidfd_of(id_)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  ~Implementation() {
    if (!has_been_waited_for()) {
      kill();
      wait();
    }
  }

  bool write(std::string_view bytes) {
    const NoBrokenPipeSignal quiet;
    while (!bytes.empty()) {
      if (!input_.open()) return false;
      const bool over = is_over();
      const ssize_t written = ::write(input_.number(), bytes.data(), bytes.size());
      if (written > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(written));
      } else if (written < 0 && errno == EAGAIN) {
        if (over) return false; // somebody it left behind keeps its stdin open and does not read it
        pause(input_.number(), POLLOUT, std::nullopt);
      } else if (errno != EINTR) {
        return false;
      }
    }
    return true;
  }

  void close_input() noexcept { input_.close(); }

  struct Piece {
    bool timed_out = false;
    std::optional<std::string> bytes;
  };

  Piece read(Until until) {
    std::string piece(kPiece, '\0');
    while (output_.open()) {
      const bool over = is_over(); // asked first: what it wrote before its end is in the pipe then
      const ssize_t length = ::read(output_.number(), piece.data(), piece.size());
      if (length > 0) {
        piece.resize(static_cast<std::size_t>(length));
        return {false, std::move(piece)};
      }
      if (length < 0 && errno == EINTR) continue;
      if (length < 0 && errno == EAGAIN && !over) {
        if (until && Clock::now() >= *until) return {true, {}};
        pause(output_.number(), POLLIN, until);
        continue;
      }
      output_.close();
    }
    return {};
  }

  // Whether it has ended, with its stdout read or closed; waits until then.
  bool wait_until(Until until) {
    while (!is_over()) {
      if (until && Clock::now() >= *until) return false;
      pause(-1, 0, until);
    }
    return true;
  }

  Ended wait() {
    input_.close();
    while (read(std::nullopt).bytes) {
    }
    wait_until(std::nullopt);
    take_errors();
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!result_) {
      // The group goes while the process that it is named after is not yet buried: no other can have taken the number.
      if (killed_) ::kill(-id_, SIGKILL);
      int status = 0;
      pid_t buried = 0;
      do buried = ::waitpid(id_, &status, 0);
      while (buried < 0 && errno == EINTR);
      Ended ended;
      ended.code = buried < 0 ? kUnknownEnd : WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
      ended.errors = kept(std::move(text_));
      ended.killed = killed_;
      result_ = std::move(ended);
    }
    return *result_;
  }

  void kill() noexcept {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (result_ || killed_ || is_over()) return;
      killed_ = true;
      kill_at_.store((Clock::now() + kGrace).time_since_epoch().count());
      ::kill(-id_, SIGTERM);
      ::kill(-id_, SIGCONT); // a stopped one would not hear of it
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(wake_.number(), &one, sizeof one);
  }

private:
  bool has_been_waited_for() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return result_.has_value();
  }

  // Whether it has ended; leaves it to be waited for.
  bool is_over() const noexcept {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ? errno == ECHILD
                                                                                            : info.si_pid == id_;
  }

  // Waits for `events` of a descriptor (-1: of none), for its end, for kill(), at most until then; reads stderr; kills for good when it is time.
  void pause(int descriptor, short events, Until until) {
    const auto kill_at = kill_at_.load();
    Until next = until;
    if (kill_at > 0) {
      const Clock::time_point when{Clock::duration{kill_at}};
      if (Clock::now() >= when) {
        ::kill(-id_, SIGKILL);
        kill_at_.store(-1);
      } else if (!next || when < *next)
        next = when;
    }
    int milliseconds = -1;
    if (next) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now()).count();
      milliseconds = static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
    }
    if (!ended_.open() && (milliseconds < 0 || milliseconds > kTick.count())) milliseconds = static_cast<int>(kTick.count());
    pollfd waiting[] = {
        {descriptor, events, 0}, {errors_.number(), POLLIN, 0}, {ended_.number(), POLLIN, 0}, {wake_.number(), POLLIN, 0}};
    if (::poll(waiting, std::size(waiting), milliseconds) <= 0) return;
    if (waiting[1].revents != 0) take_errors();
    std::uint64_t count = 0;
    if (waiting[3].revents != 0) [[maybe_unused]]
      const ssize_t length = ::read(wake_.number(), &count, sizeof count);
  }

  // What stderr has to give now.
  void take_errors() {
    char piece[4096];
    while (errors_.open()) {
      const ssize_t length = ::read(errors_.number(), piece, sizeof piece);
      if (length > 0) {
        text_.append(piece, static_cast<std::size_t>(length));
        if (text_.size() > 4 * kKeptErrors) text_.erase(0, text_.size() - 2 * kKeptErrors);
        continue;
      }
      if (length < 0 && errno == EINTR) continue;
      if (length < 0 && errno == EAGAIN) return;
      errors_.close();
    }
  }

  const pid_t id_;
  Descriptor input_, output_, errors_;
  Descriptor ended_; // readable once it has ended; none where the kernel has no pidfd
  Descriptor wake_;
  std::string text_; // the end of stderr
  std::mutex mutex_; // of what follows: kill() may come from any thread
  bool killed_ = false;
  std::optional<Ended> result_;        // set: waited for, and its number may be another's
  std::atomic<Clock::rep> kill_at_{0}; // of the steady clock; 0: nobody asked, -1: done
};

Child::Child(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
Child::~Child() = default;

Result<std::unique_ptr<Child>> Child::start(const Command &command) {
  Result<Launched> launched = launch(command);
  if (!launched) return fail(std::move(launched.error()));
  return std::unique_ptr<Child>(new Child(std::make_unique<Implementation>(std::move(*launched))));
}

bool Child::write(std::string_view bytes) {
  return implementation_->write(bytes);
}

void Child::close_input() noexcept {
  implementation_->close_input();
}

std::optional<std::string> Child::read() {
  return implementation_->read(std::nullopt).bytes;
}

Ended Child::wait() {
  return implementation_->wait();
}

void Child::kill() noexcept {
  implementation_->kill();
}

Result<Ended> run(const Command &command, const std::function<bool()> &must_end,
                  const std::function<void(std::string_view)> &output) {
  Result<std::unique_ptr<Child>> child = Child::start(command);
  if (!child) return fail(std::move(child.error()));
  Child::Implementation &running = *(*child)->implementation_;
  running.close_input();
  Clock::time_point asked = Clock::now();
  const auto ask = [&] {
    if (Clock::now() < asked) return;
    asked = Clock::now() + kAsked;
    if (must_end && must_end()) running.kill();
  };
  for (;;) {
    ask();
    const auto piece = running.read(asked);
    if (piece.bytes && output) output(*piece.bytes);
    if (!piece.bytes && !piece.timed_out) break;
  }
  while (!running.wait_until(asked)) ask();
  return running.wait();
}

} // namespace migrator::process
