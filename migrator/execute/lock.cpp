#include "migrator/execute/lock.h"

#include <random>

#include <fmt/format.h>

#include "migrator/execute/backoff.h"

namespace migrator::execute {

namespace {

using std::chrono::milliseconds;

double jitter() {
  thread_local std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.0, 1.0)(engine);
}

milliseconds left_of(std::chrono::steady_clock::time_point deadline, const Clock &clock) {
  return std::chrono::duration_cast<milliseconds>(deadline - clock.steady());
}

std::string describe(const std::optional<database::LockHolder> &holder) {
  if (!holder) return "another migrator";
  return holder->since.empty() ? holder->who : fmt::format("{} since {}", holder->who, holder->since);
}

} // namespace

Lock::~Lock() {
  if (held_) database_.release_lock();
}

Status Lock::take(milliseconds wait, const Clock &clock, Stop &stop, Observer &observer) {
  const auto deadline = clock.steady() + wait;
  const Waiting waiting{wait, deadline, "the history is locked by {}"};
  if (Status taken = poll([this] { return database_.try_lock(); }, waiting, clock, stop, observer); !taken) return taken;
  held_ = true;
  return end_stale_workers(deadline, clock, stop);
}

Status Lock::widen(milliseconds wait, const Clock &clock, Stop &stop, Observer &observer) {
  const Waiting waiting{wait, clock.steady() + wait, "another history of this database is being moved by {}"};
  return poll([this] { return database_.try_widen_lock(); }, waiting, clock, stop, observer);
}

Status Lock::poll(const Attempt &attempt, const Waiting &waiting, const Clock &clock, Stop &stop, Observer &observer) {
  auto next_word = clock.steady();
  for (int tries = 0;; ++tries) {
    if (Status go_on = stop.check(); !go_on) return go_on;
    Result<database::LockAttempt> tried = attempt();
    if (!tried) return fail(tried.error());
    if (tried->acquired) return {};
    const milliseconds left = left_of(waiting.deadline, clock);
    if (left.count() <= 0)
      return fail(ErrorCode::LockBusy,
                  fmt::format(fmt::runtime(std::string(waiting.by_whom) +
                                           "; waited {} s; run again later, or wait longer with --lock-wait"),
                              describe(tried->holder), std::chrono::duration_cast<std::chrono::seconds>(waiting.wait).count()));
    if (clock.steady() >= next_word) {
      observer.waiting_for_lock(tried->holder);
      next_word = clock.steady() + std::chrono::seconds(5);
    }
    // Short at first, so that eight that start at once do not stand idle; a lock is worth asking for at least twice a second.
    stop.wait_for(std::min({backoff(tries, jitter()), milliseconds(500), left}));
  }
}

Status Lock::end_stale_workers(std::chrono::steady_clock::time_point deadline, const Clock &clock, Stop &stop) {
  for (int attempt = 0;; ++attempt) {
    if (Status go_on = stop.check(); !go_on) return go_on;
    Result<std::vector<database::LockHolder>> workers = database_.end_stale_workers();
    if (!workers) return fail(workers.error());
    if (workers->empty()) return {};
    const milliseconds left = left_of(deadline, clock);
    if (left.count() <= 0)
      return fail(
          ErrorCode::LockBusy,
          fmt::format(
              "a session of a killed migrator still works on this history ({}) and would not end; end it in the database, then "
              "run again",
              describe(workers->front())));
    stop.wait_for(std::min({backoff(attempt, jitter()), milliseconds(500), left}));
  }
}

} // namespace migrator::execute
