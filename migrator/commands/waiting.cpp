// See waiting.h.
#include "migrator/commands/waiting.h"

#include <random>

#include <fmt/format.h>

#include "migrator/report/printable.h"

namespace migrator::commands {

namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kWordEvery{15};

// With jitter, so that pods that start together do not ask together.
milliseconds next_poll(milliseconds poll) {
  thread_local std::minstd_rand engine{std::random_device{}()};
  return poll / 2 + milliseconds(std::uniform_int_distribution<std::int64_t>(0, poll.count())(engine));
}

} // namespace

Result<double> wait_until(const Context &context, const Waiting &waiting, execute::Stop &stop,
                          const std::function<Result<gate::Verdict>()> &look) {
  const auto started = context.clock.steady();
  const auto deadline = started + waiting.timeout;
  auto next_word = started;
  std::string reason = "there was no answer yet";
  const auto in_vain = [&] {
    return fail(ErrorCode::WaitTimeout,
                fmt::format("waited {:.0f} s, and {}; {}, or wait longer with --timeout",
                            std::chrono::duration<double>(waiting.timeout).count(), reason, waiting.advice),
                waiting.subject);
  };
  for (;;) {
    Result<gate::Verdict> seen = look();
    if (stop.reason() == ErrorCode::RunTimeout) return in_vain();
    if (Status go_on = stop.check(); !go_on) return fail(go_on.error());
    if (!seen) return fail(seen.error());
    const auto now = context.clock.steady();
    if (seen->contained) return std::chrono::duration<double>(now - started).count();
    reason = seen->reason;
    if (now >= deadline) return in_vain();
    if (now >= next_word) {
      context.log.event(report::LogLevel::Info, "waiting", "waiting: " + report::printable(reason));
      next_word = now + kWordEvery;
    }
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - now);
    if (!stop.wait_for(std::min(next_poll(waiting.poll), std::max(left, milliseconds(1))))) continue;
    if (stop.reason() == ErrorCode::RunTimeout) return in_vain();
    return fail(stop.check().error());
  }
}

} // namespace migrator::commands
